import pytest

from portal.common.devices import device_of

MOZILLA = "Mozilla/5.0"


@pytest.mark.parametrize(
    ("user_agent", "device"),
    [
        (
            f"{MOZILLA} (iPhone; CPU iPhone OS 18_0 like Mac OS X) Mobile/15E148 Safari/604.1",
            "phone",
        ),
        (f"{MOZILLA} (Linux; Android 14; Pixel 8) Chrome/130.0 Mobile Safari/537.36", "phone"),
        (f"{MOZILLA} (Linux; Android 14; SM-X700) Chrome/130.0 Safari/537.36", "tablet"),
        (f"{MOZILLA} (iPad; CPU OS 17_0 like Mac OS X) Mobile/15E148 Safari/604.1", "tablet"),
        (f"{MOZILLA} (X11; Linux x86_64) HeadlessChrome/130.0 Safari/537.36", "computer"),
        ("curl/8.5.0", ""),
        ("", ""),
    ],
)
def test_device_of_a_browser(user_agent, device):
    assert device_of(user_agent) == device
