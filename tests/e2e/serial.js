// A serial port with a scanner on it: `scanned(text)` is what it sends, `unplug()` takes it away.
(() => {
  let feed = null;
  const port = {
    readable: null,
    open: async () => {
      port.readable = new ReadableStream({ start: (controller) => void (feed = controller) });
    },
    close: async () => {
      port.readable = null;
    },
  };
  window.scanned = (text) => feed.enqueue(new TextEncoder().encode(text));
  window.unplug = () => feed.close();
  let granted = false;
  const serial = Object.assign(new EventTarget(), {
    getPorts: async () => (granted ? [port] : []),
    requestPort: async () => {
      granted = true;
      return port;
    },
  });
  Object.defineProperty(navigator, "serial", { value: serial });
})();
