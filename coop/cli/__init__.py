"""The same services from the shell: `coop …`. Each command loads what it needs, when it runs."""

import importlib

import click

# Command → the module of this folder that holds it, and what `coop --help` says of it without loading it.
COMMANDS = {
    "audit": ("audit", "The audit trail."),
    "ballots": ("ballots", "Count a ballot again."),
    "constitution": ("constitution", "Read constitutions."),
    "db": ("database", "The database."),
    "demo": ("demo", "Load the demonstration into an empty database."),
    "draw": ("draw", "Draw a lot that anyone can draw again."),
    "mail": ("mail", "Letters that wait to be sent."),
    "offices": ("offices", "Who holds which office."),
    "organisations": ("organisations", "Let an organisation begin here."),
    "serve": ("serve", "Serve the application."),
    "tally": ("tally", "Count an election from a file."),
    "verify": ("verify", "Check a ballot from its bundle, offline."),
}


class LazyGroup(click.Group):
    def list_commands(self, _context: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, _context: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        module = importlib.import_module(f"coop.cli.{COMMANDS[name][0]}")
        command: click.Command = module.command
        return command

    def format_commands(self, _context: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, said) for name, (_module, said) in sorted(COMMANDS.items())])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Run a democratic member organisation."""
