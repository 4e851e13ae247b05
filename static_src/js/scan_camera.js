// The camera and the code reader behind it. A code that cannot be read is no news: it looks on.
const LOOK_EVERY_MS = 90;
const TROUBLE_AFTER_MISSES = 30;
const WHY = {
  NotAllowedError: "blocked",
  SecurityError: "blocked",
  NotFoundError: "none",
  OverconstrainedError: "none",
  NotReadableError: "busy",
  AbortError: "busy",
};

export class Camera {
  #run = 0;
  #stream = null;
  #detector = null;
  #facing = "environment";
  #device = "";
  #lock = null;

  // onTexts(texts) gets the codes in view, the nearest to the middle first;
  // onState(state) gets starting, running, paused, idle, or why it cannot run.
  constructor({ video, wasm, facing, device = "", onTexts, onState }) {
    Object.assign(this, { video, wasm, onTexts, onState });
    this.#facing = facing || "environment";
    this.#device = device;
  }

  get isRunning() {
    return this.#stream !== null;
  }

  get facing() {
    return this.#facing;
  }

  // The camera in use, by the browser's name for it.
  get device() {
    return this.#track?.getSettings().deviceId ?? "";
  }

  get hasTorch() {
    return Boolean(this.#track?.getCapabilities?.().torch);
  }

  async start() {
    const run = (this.#run += 1);
    this.#release();
    if (!window.isSecureContext || !navigator.mediaDevices?.getUserMedia) return this.onState("insecure");
    this.onState("starting");
    try {
      const stream = await this.#open().catch((error) => this.#openAny(error));
      if (run !== this.#run) return stream.getTracks().forEach((track) => track.stop());
      this.#stream = stream;
      this.video.srcObject = stream;
      await this.video.play();
    } catch (error) {
      if (run !== this.#run) return undefined;
      this.#release();
      return this.onState(WHY[error.name] ?? "busy");
    }
    if (!(await this.#load())) return run === this.#run && this.stop("reader");
    if (run !== this.#run) return undefined;
    this.#settle();
    this.onState("running");
    return this.#look(run);
  }

  stop(reason = "paused") {
    this.#run += 1;
    this.#release();
    this.onState(reason);
  }

  // The other side, where the camera says which it faces; else the next camera in the list.
  async flip() {
    const facing = this.#track?.getSettings().facingMode;
    if (facing) {
      this.#facing = facing === "user" ? "environment" : "user";
      this.#device = "";
    } else {
      const devices = await this.devices();
      const at = devices.findIndex((device) => device.deviceId === this.#track?.getSettings().deviceId);
      this.#device = devices[(at + 1) % devices.length]?.deviceId ?? "";
    }
    return this.start();
  }

  // This very camera from now on, or any that faces the right way where it is gone.
  use(device) {
    this.#device = device;
    return this.start();
  }

  async devices() {
    const devices = await navigator.mediaDevices.enumerateDevices();
    return devices.filter((device) => device.kind === "videoinput");
  }

  async torch(on) {
    await this.#track?.applyConstraints({ advanced: [{ torch: on }] });
  }

  get #track() {
    return this.#stream?.getVideoTracks()[0];
  }

  #open() {
    const which = this.#device ? { deviceId: { exact: this.#device } } : { facingMode: { ideal: this.#facing } };
    const size = { width: { ideal: 1280 }, height: { ideal: 720 } };
    return navigator.mediaDevices.getUserMedia({ audio: false, video: { ...which, ...size } });
  }

  // A camera that was chosen once may be unplugged, or have got another name.
  #openAny(error) {
    if (!this.#device || WHY[error.name] !== "none") throw error;
    this.#device = "";
    return this.#open();
  }

  async #load() {
    try {
      this.#detector ??= await reader(this.wasm);
    } catch {
      this.#detector = null;
    }
    return this.#detector !== null;
  }

  #settle() {
    this.video.classList.toggle("is-mirrored", this.#track?.getSettings().facingMode === "user");
    // A camera that is unplugged, or that another program takes, ends its track.
    this.#track?.addEventListener("ended", () => this.stop("busy"));
    navigator.wakeLock?.request("screen").then(
      (lock) => (this.isRunning ? (this.#lock = lock) : lock.release()),
      () => {},
    );
  }

  #release() {
    this.#stream?.getTracks().forEach((track) => track.stop());
    this.#stream = null;
    this.video.srcObject = null;
    this.#lock?.release().catch(() => {});
    this.#lock = null;
  }

  async #look(run) {
    let misses = 0;
    while (run === this.#run) {
      try {
        if (this.video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA) {
          const codes = await this.#detector.detect(this.video);
          misses = 0;
          if (run === this.#run) this.onTexts(this.#nearestFirst(codes));
        }
      } catch {
        misses += 1;
        if (misses > TROUBLE_AFTER_MISSES && run === this.#run) {
          this.#detector = null;
          this.stop("reader");
        }
      }
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
  }

  #nearestFirst(codes) {
    const [x, y] = [this.video.videoWidth / 2, this.video.videoHeight / 2];
    const off = ({ boundingBox: box }) => Math.hypot(box.x + box.width / 2 - x, box.y + box.height / 2 - y);
    return codes.sort((a, b) => off(a) - off(b)).map((code) => code.rawValue);
  }
}

// Our own reader, never the browser's: it reads alike everywhere. Its program comes from our address.
async function reader(wasm) {
  const { BarcodeDetector, prepareZXingModule } = window.BarcodeDetectionAPI;
  await prepareZXingModule({
    overrides: { locateFile: (path, prefix) => (path.endsWith(".wasm") ? wasm : prefix + path) },
    fireImmediately: true,
  });
  return new BarcodeDetector({ formats: ["qr_code"] });
}
