// The QR code over the whole screen; the screen stays on while it shows.
for (const button of document.querySelectorAll("[data-full-screen]")) {
  const target = document.getElementById(button.dataset.fullScreen);
  if (!target?.requestFullscreen) continue;
  button.hidden = false;
  button.addEventListener("click", () => show(target));
}

async function show(target) {
  await target.requestFullscreen();
  // Not every browser can keep the screen on; the code shows all the same.
  const lock = await navigator.wakeLock?.request("screen").catch(() => null);
  document.addEventListener("fullscreenchange", () => lock?.release(), { once: true });
  target.addEventListener("click", () => document.exitFullscreen(), { once: true });
}
