"""What the tests of the adapters share: databases of both kinds."""

from tests.databases import database, make_database, postgresql, sqlite  # noqa: F401
