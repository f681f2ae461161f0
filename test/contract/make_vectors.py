"""Writes the golden vectors into test/contract/vectors. Run it when a frame has changed on purpose.

What is written is read again by test_vectors.py, also with libraries that know nothing of Lanyard.
"""

from __future__ import annotations

import json
from pathlib import Path

from lanyard_core.wire.vectors import vectors

FOLDER = Path(__file__).with_name("vectors")


def text_of(content: object) -> str:
    """The text of a file: one vector a line, so that a change shows what changed."""
    lines = [json.dumps(vector, ensure_ascii=False) for vector in content["vectors"]]
    about = json.dumps(content["about"], ensure_ascii=False)
    return f'{{"about": {about},\n"vectors": [\n' + ",\n".join(lines) + "\n]}\n"


def main() -> None:
    """Write every file."""
    for name, content in vectors().items():
        path = FOLDER / f"{name}.json"
        path.write_text(text_of(content), encoding="utf-8")
        print(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)


if __name__ == "__main__":
    main()
