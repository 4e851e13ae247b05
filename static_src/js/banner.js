// The banner goes straight to S3: ask the portal for a form, post the file there, tell the portal.
const part = document.querySelector("[data-banner]");
const find = (name) => part.querySelector(`[data-${name}]`);
const text = (name) => part.querySelector(`[data-text="${name}"]`).textContent;
const TYPES = ["image/jpeg", "image/png", "image/webp"];
// What S3 says when its policy refuses a form → our sentence.
const REFUSALS = { EntityTooLarge: "too-large", EntityTooSmall: "empty" };

class Refused extends Error {}

if (part) {
  const input = part.querySelector("input[type=file]");
  input.disabled = false;
  input.addEventListener("change", () => input.files[0] && replace(input));
}

async function replace(input) {
  const file = input.files[0];
  say("");
  try {
    check(file);
    input.disabled = true;
    progress("uploading", 0);
    const offer = await ask(part.dataset.offer, { content_type: file.type });
    await upload(offer, file);
    progress("checking", 100);
    const { banner } = await ask(part.dataset.attach, { key: offer.key });
    show(banner);
    progress("done", 100);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    find("going").hidden = true;
    say(error.message);
  } finally {
    input.disabled = false;
    input.value = "";
  }
}

// Before anything is sent; S3 checks all of this again.
function check(file) {
  if (!TYPES.includes(file.type)) throw new Refused(text("type"));
  if (file.size === 0) throw new Refused(text("empty"));
  if (file.size > Number(part.dataset.largest)) throw new Refused(text("size"));
}

async function ask(address, body) {
  const token = part.querySelector("[name=csrfmiddlewaretoken]").value;
  const headers = { "Content-Type": "application/json", "X-CSRFToken": token };
  let answer;
  try {
    answer = await fetch(address, { method: "POST", headers, body: JSON.stringify(body) });
  } catch {
    throw new Refused(text("lost"));
  }
  const json = answer.headers.get("Content-Type")?.startsWith("application/json");
  if (!json) throw new Refused(text("refused"));
  const said = await answer.json();
  if (!answer.ok) throw new Refused(said.message);
  return said;
}

// fetch tells nothing about progress, XMLHttpRequest does.
function upload(offer, file) {
  const form = new FormData();
  for (const [name, value] of Object.entries(offer.fields)) form.append(name, value);
  form.append("file", file);
  const request = new XMLHttpRequest();
  request.open("POST", offer.url);
  request.upload.onprogress = (step) => progress("uploading", (100 * step.loaded) / step.total);
  return new Promise((resolve, reject) => {
    request.onerror = () => reject(new Refused(text("lost")));
    request.onload = () => {
      if (request.status < 300) return resolve();
      const code = /<Code>(\w+)<\/Code>/.exec(request.responseText)?.[1];
      return reject(new Refused(text(REFUSALS[code] ?? "refused")));
    };
    request.send(form);
  });
}

function progress(stage, percent) {
  find("going").hidden = false;
  if (find("stage").textContent !== text(stage)) find("stage").textContent = text(stage);
  find("percent").textContent = `${Math.round(percent)} %`;
  part.querySelector("progress").value = percent;
}

function say(problem) {
  find("problem").textContent = problem;
  find("problem").hidden = !problem;
  find("field").classList.toggle("is-invalid", Boolean(problem));
}

function show(address) {
  find("image").src = address;
  find("image").hidden = false;
  find("none").hidden = true;
}
