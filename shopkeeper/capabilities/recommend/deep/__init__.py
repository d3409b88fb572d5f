"""Networks: learned with torch (the extra `deep`), served by onnxruntime; neither is loaded before one is used."""
