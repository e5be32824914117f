"""The same services from the shell: `coop …`. Each command loads what it needs, when it runs."""

import importlib

import click

# Command → the module of this folder that holds it; tally and its like must start without Flask.
COMMANDS = {
    "audit": "audit",
    "constitution": "constitution",
    "db": "database",
    "demo": "demo",
    "mail": "mail",
    "offices": "offices",
    "serve": "serve",
}


class LazyGroup(click.Group):
    def list_commands(self, _context: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, _context: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        module = importlib.import_module(f"coop.cli.{COMMANDS[name]}")
        command: click.Command = module.command
        return command


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Run a democratic member organisation."""
