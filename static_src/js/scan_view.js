// The camera in its frame: what stands there while it does not run, and the buttons beside it.
import { copy, listCameras } from "./desk_parts.js";
import { Camera } from "./scan_camera.js";

export class CameraView {
  // frame: [data-camera] · still(state): which template stands there instead of a picture · onRunning(camera) ·
  // onChosen(device), onFlip(): asked for · the rest is the camera's
  constructor({ frame, still, onRunning = () => {}, onChosen = () => {}, onFlip = () => {}, ...camera }) {
    Object.assign(this, { frame, still, onRunning });
    this.camera = new Camera({
      ...camera,
      video: this.#part("[data-feed]"),
      onState: (state) => this.#show(state),
    });
    this.#watch({ onChosen, onFlip });
  }

  get state() {
    return this.frame.dataset.cameraState;
  }

  start() {
    return this.camera.start();
  }

  stop(reason) {
    this.camera.stop(reason);
  }

  // An answer is awaited, or no longer.
  check(checks) {
    const [from, to] = checks ? ["running", "checking"] : ["checking", "running"];
    if (this.state === from) this.frame.dataset.cameraState = to;
  }

  #part(selector) {
    return this.frame.querySelector(selector);
  }

  async #show(state) {
    this.frame.dataset.cameraState = state;
    if (state !== "running") return this.#part("[data-still]").replaceChildren(copy(this.still(state)));
    this.#part("[data-still]").replaceChildren();
    this.onRunning(this.camera);
    const torch = this.#part("[data-torch]");
    if (!torch) return undefined; // guests have no buttons
    torch.hidden = !this.camera.hasTorch;
    torch.setAttribute("aria-pressed", "false");
    const devices = await this.camera.devices();
    this.#part("[data-flip]").hidden = devices.length < 2;
    this.#part("[data-choice]").hidden = devices.length < 3; // with two, flipping says it all
    listCameras(this.#part("[data-cameras]"), devices, this.camera.device);
    return undefined;
  }

  #watch({ onChosen, onFlip }) {
    this.frame.addEventListener("click", (event) => {
      if (event.target.closest("[data-start]")) this.start();
    });
    this.#part("[data-pause]")?.addEventListener("click", () => {
      this.stop("paused");
      this.#part("[data-start]")?.focus();
    });
    this.#part("[data-flip]")?.addEventListener("click", () => {
      onFlip();
      this.camera.flip();
    });
    this.#part("[data-cameras]")?.addEventListener("change", ({ target }) => {
      onChosen(target.value);
      this.camera.use(target.value);
    });
    this.#part("[data-torch]")?.addEventListener("click", ({ currentTarget }) => this.#light(currentTarget));
    document.addEventListener("visibilitychange", () => {
      if (document.hidden && this.camera.isRunning) this.stop("starting");
      else if (!document.hidden && this.state === "starting") this.start();
    });
  }

  async #light(button) {
    const on = button.getAttribute("aria-pressed") !== "true";
    try {
      await this.camera.torch(on);
      button.setAttribute("aria-pressed", String(on));
    } catch {
      button.hidden = true; // some cameras claim a light that they do not have
    }
  }
}
