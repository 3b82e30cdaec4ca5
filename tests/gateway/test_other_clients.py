"""Other code in the same process can use the SDK as usual. The gateway doesn't affect the clients that this code
makes.
"""

import pytest
import smartsheet

from edits.gateway.client import Gateway
from edits.gateway.transport import new_session
from tests.running_sandbox import Person, RunningSandbox

pytestmark = pytest.mark.filterwarnings("ignore:ssl.OP_NO_SSL:DeprecationWarning")  # the SDK's own TLS context


def test_a_plain_client_works_beside_a_gateway(sandbox: RunningSandbox, alice: Person) -> None:
    gateway = Gateway(region_api_base=sandbox.api, token=alice.token)
    plain = smartsheet.Smartsheet(alice.token, api_base=sandbox.api)
    assert plain.Users.get_current_user().email == alice.email
    assert gateway.sheets()
    assert type(plain._session.get_adapter(sandbox.api)) is not type(new_session().get_adapter(sandbox.api))
    plain._session.close()
