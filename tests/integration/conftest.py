from tests.checked import bundle, detected
from tests.sandboxed import sandbox
from tests.web_fixtures import api, server, shared_server

__all__ = ["api", "bundle", "detected", "sandbox", "server", "shared_server"]
