"""Networks in service: as ONNX, run by onnxruntime on one core; with whole numbers (int8) where that changes no answer.

Jacob et al. (2018). What is in memory is the ONNX file's bytes; torch is only needed to make them.
"""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from shopkeeper.capabilities.recommend.deep.training import INSTALL, Tensor
from shopkeeper.core.errors import NotLearned
from shopkeeper.numerics.compiling import Array

OPSET = 17


class Network:
    """A network that answers: ``network(name=array, ...)`` gives its one output."""

    def __init__(self, content: Array) -> None:
        """``content`` uint8 [bytes] is the ONNX file."""
        self.content = content
        self._session: Any = None

    def __call__(self, **inputs: Array) -> Array:
        """The output for these inputs."""
        if self._session is None:
            self._session = _session(self.content)
        result: Array = self._session.run(None, inputs)[0]
        return result


def _session(content: Array) -> Any:
    try:
        import onnxruntime
    except ImportError as error:
        raise NotLearned(
            "A model with a network cannot be read here.",
            got="onnxruntime is not installed",
            wanted="the extra 'deep'",
            next=INSTALL,
        ) from error
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1  # requests run beside each other, each on one core
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(content.tobytes(), options, providers=["CPUExecutionProvider"])


def exported(
    forward: Callable[..., Tensor],
    tensors: Mapping[str, Tensor],
    inputs: Mapping[str, Tensor],
    output: str,
    axes: Mapping[str, tuple[str, ...]],
) -> Array:
    """uint8 [bytes]: ``forward(tensors, *inputs)`` as ONNX.

    ``axes`` names the axes of each input and of the output that may vary; tensors must be on the CPU.
    """
    import torch

    kept = {name: name.replace(".", "_") for name in tensors}

    class Traced(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            for name, attribute in kept.items():  # as weights, not constants: only those can become whole numbers
                self.register_buffer(attribute, tensors[name])

        def forward(self, *given: Tensor) -> Tensor:
            return forward({name: getattr(self, attribute) for name, attribute in kept.items()}, *given)

    with warnings.catch_warnings(), tempfile.TemporaryDirectory() as folder:
        # The exporter by tracing is the one that needs no further package; torch announces that it will go one day, and
        # the version of torch is pinned. Its other warnings are about indices that a trace cannot see: parity is checked below.
        warnings.simplefilter("ignore", DeprecationWarning)
        warnings.filterwarnings("ignore", module="torch.onnx", category=UserWarning)
        warnings.filterwarnings("ignore", message="Exporting aten::index", category=UserWarning)
        path = Path(folder) / "network.onnx"
        with torch.no_grad():
            torch.onnx.export(
                Traced().eval(), tuple(inputs.values()), str(path), dynamo=False, opset_version=OPSET,
                input_names=list(inputs), output_names=[output],
                dynamic_axes={name: dict(enumerate(names)) for name, names in axes.items()},
            )  # fmt: skip
        return np.frombuffer(path.read_bytes(), np.uint8)


def in_whole_numbers(content: Array) -> Array:
    """uint8 [bytes]: the same network with int8 weights, what comes in rounded as it comes."""
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic

    model = onnx.load_model_from_string(content.tobytes())
    # The exporter has folded constants already: this says so, else the tool logs an advice to run its own preparation.
    onnx.helper.set_model_props(model, {"onnx.quant.pre_process": "onnxruntime.quant"})
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "whole.onnx"
        quantize_dynamic(model, str(path), weight_type=QuantType.QInt8)
        return np.frombuffer(path.read_bytes(), np.uint8)


def overlap(first: Array, second: Array) -> float:
    """The share (0-1) of the codes >= 0 of ``first`` [rows, n] that are in the same row of ``second``."""
    there = first >= 0
    shared = (first[:, :, None] == second[:, None, :]).any(axis=2) & there
    return float(shared.sum() / max(1, int(there.sum())))


MINIMUM_OVERLAP = 0.95  # of the ten best products
MAXIMUM_LOSS = 0.01  # share of the NDCG
MINIMUM_SAME = 0.99  # of the places in lists, when a question is asked alone


def is_as_good(overlap_share: float, before: float, after: float) -> bool:
    """Whether whole numbers may serve: the same products in front, and a value (NDCG) that is not worse beyond one percent."""
    return overlap_share >= MINIMUM_OVERLAP and after >= before * (1.0 - MAXIMUM_LOSS)


def same_places(first: Array, second: Array) -> bool:
    """Whether two lists of the same questions, int64 [questions, n] (-1: no more), have the same at nearly all places."""
    there = first >= 0
    return bool((first == second)[there].mean() >= MINIMUM_SAME) if there.any() else True
