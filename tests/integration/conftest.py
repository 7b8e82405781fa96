from tests.web_fixtures import api, server, shared_server

__all__ = ["api", "server", "shared_server"]
