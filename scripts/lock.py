"""Lock requirements/*.in into requirements/*.txt: exact versions, hashes, no addresses."""

import subprocess
import sys
from pathlib import Path

REQUIREMENTS = Path(__file__).parent.parent / "requirements"

for name in ("run", "dev"):
    subprocess.run(  # noqa: S603 - our own words only
        [
            Path(sys.executable).with_name("uv"), "pip", "compile", "--quiet", "--upgrade",
            "--universal", "--python-version", "3.11", "--generate-hashes", "--no-emit-index-url",
            "--custom-compile-command", "make lock", f"{name}.in", "--output-file", f"{name}.txt",
        ],
        cwd=REQUIREMENTS,
        check=True,
    )  # fmt: skip
