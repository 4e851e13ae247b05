"""A camera whose pictures a test draws: a canvas in place of ``getUserMedia``."""

import base64
import io
from typing import Any

import segno
from playwright.sync_api import Page

FAKE = """
() => {
  const canvas = Object.assign(document.createElement("canvas"), { width: 960, height: 720 });
  const pen = canvas.getContext("2d");
  let picture = null;
  const draw = () => {
    pen.fillStyle = "#39434b";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    if (picture) {
      pen.fillStyle = "#fff";
      pen.fillRect(260, 120, 440, 480);
      pen.drawImage(picture, 290, 170, 380, 380);
    }
  };
  setInterval(draw, 50);
  draw();
  window.camera = {
    asked: [],
    error: null,
    hold: (url) => new Promise((done) => {
      if (!url) { picture = null; done(); return; }
      const image = new Image();
      image.onload = () => { picture = image; done(); };
      image.src = url;
    }),
  };
  const devices = {
    getUserMedia: async (wanted) => {
      window.camera.asked.push(wanted.video.facingMode?.ideal ?? wanted.video.deviceId?.exact ?? "");
      if (window.camera.error) throw new DOMException("no", window.camera.error);
      return canvas.captureStream(15);
    },
    enumerateDevices: async () => [
      { kind: "videoinput", deviceId: "rear" }, { kind: "videoinput", deviceId: "front" },
    ],
  };
  Object.defineProperty(navigator, "mediaDevices", { value: devices, configurable: true });
}
"""


def give_camera(page: Page, *, error: str = "") -> None:
    """Before the page opens; with ``error`` the camera is refused by that name."""
    page.add_init_script(f"({FAKE})(); window.camera.error = {error!r} || null;")


def hold(page: Page, text: str) -> None:
    """Hold a QR code before the camera, until the next one or ``take_away``."""
    image = io.BytesIO()
    segno.make_qr(text, error="m", boost_error=False).save(image, kind="png", scale=6, border=4)
    url = "data:image/png;base64," + base64.b64encode(image.getvalue()).decode()
    page.evaluate("(url) => window.camera.hold(url)", url)


def take_away(page: Page) -> None:
    page.evaluate("() => window.camera.hold(null)")


def result(page: Page) -> str:
    """The word of the result screen, once there is one."""
    words: Any = page.locator(".fo-desk__screen .fo-result__word")
    return str(words.text_content())
