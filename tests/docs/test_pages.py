"""Everything that the README and the pages show works, in a folder of its own, and every link leads somewhere."""

import re
from pathlib import Path

import pytest

from docs.blocks import blocks

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
RUN = [
    page for page in PAGES if any(block.language in {"console", "python"} for block in blocks(page.read_text(encoding="utf-8")))
]
TEXTS = [*PAGES, *(ROOT / name for name in ("CONTRIBUTING.md", "CHANGELOG.md", "ARCHITECTURE.md") if (ROOT / name).exists())]


def name(page: Path) -> str:
    return str(page.relative_to(ROOT))


@pytest.mark.slow
@pytest.mark.parametrize("page", RUN, ids=name)
def test_what_the_page_shows_happens(page: Path, follow):
    assert follow(page) > 0


@pytest.mark.parametrize("page", TEXTS, ids=name)
def test_links_lead_somewhere(page: Path):
    text = page.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#\s]*)(?:#[^)]*)?\)", text):
        if target and "://" not in target and not target.startswith("mailto:"):
            assert (page.parent / target).exists(), f"{name(page)} links to {target}"


@pytest.mark.parametrize("page", [page for page in TEXTS if page.parent.name != "reference"], ids=name)
def test_anchors_into_the_reference_exist(page: Path):
    for target, anchor in re.findall(r"\]\(([^)#\s]+\.md)#([^)]+)\)", page.read_text(encoding="utf-8")):
        headings = re.findall(r"^#+ (.+)$", (page.parent / target).read_text(encoding="utf-8"), re.MULTILINE)
        assert anchor in {heading.lower().replace(".", "").replace(" ", "-") for heading in headings}, f"{target}#{anchor}"
