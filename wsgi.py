"""What the web server loads."""

from coop.app import create_app
from coop.background import start

app = create_app()
start(app)
