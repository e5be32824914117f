"""`coop --help` names every command without loading one."""

import subprocess
import sys

import pytest
from click.testing import CliRunner

from coop.cli import COMMANDS, main


def test_help_loads_no_command():
    told = (
        "import sys\nfrom coop.cli import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit:\n    print('flask' in sys.modules)"
    )
    said = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True).stdout
    assert said.endswith("False\n")
    assert all(f"  {name} " in said for name in COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_of_its_own(name):
    answer = CliRunner().invoke(main, [name, "--help"])
    assert answer.exit_code == 0
    assert f"Usage: main {name}" in answer.output
