// The door's camera: what it reads goes to the field as if it was typed. Browsers that cannot read codes themselves are
// given a reader (zxing), which is loaded when the camera is first used.
(() => {
  "use strict";
  const button = document.getElementById("camera");
  const view = document.getElementById("view");
  const form = document.getElementById("scan");
  const field = form.elements.code;
  if (!navigator.mediaDevices) return;
  button.hidden = false;
  let stream = null, last = "", seen = 0;

  // Gives a function that reads the code in a picture: its text, or nothing.
  async function reader() {
    if ("BarcodeDetector" in window && (await BarcodeDetector.getSupportedFormats()).includes("qr_code")) {
      const detector = new BarcodeDetector({ formats: ["qr_code"] });
      return async () => (await detector.detect(view))[0]?.rawValue;
    }
    await load(button.dataset.reader);
    ZXingWASM.prepareZXingModule({ overrides: { locateFile: () => button.dataset.wasm } });
    const canvas = document.createElement("canvas");
    const picture = canvas.getContext("2d", { willReadFrequently: true });
    return async () => {
      canvas.width = view.videoWidth;
      canvas.height = view.videoHeight;
      picture.drawImage(view, 0, 0);
      const image = picture.getImageData(0, 0, canvas.width, canvas.height);
      return (await ZXingWASM.readBarcodes(image, { formats: ["QRCode"], maxNumberOfSymbols: 1 }))[0]?.text;
    };
  }

  function load(address) {
    return new Promise((done, failed) => {
      document.head.append(Object.assign(document.createElement("script"), { src: address, onload: done, onerror: failed }));
    });
  }

  function close() {
    stream?.getTracks().forEach((track) => track.stop());
    stream = null;
    view.hidden = true;
  }

  button.addEventListener("click", async () => {
    if (stream) { close(); return; }
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
      view.srcObject = stream;
      view.hidden = false;
      await view.play();
      look(await reader());
    } catch { close(); button.hidden = true; } // no camera, not allowed, or no reader while the network is away
  });

  async function look(read) {
    if (!stream) return;
    try {
      const found = await read();
      // The same code counts again once it was out of sight for two seconds.
      if (found && (found !== last || Date.now() - seen > 2000)) { field.value = found; form.requestSubmit(); }
      if (found) { last = found; seen = Date.now(); }
    } catch { /* the picture is not there yet */ }
    setTimeout(look, 150, read);
  }
})();
