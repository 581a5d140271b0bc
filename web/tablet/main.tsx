import { render } from "preact";
import { prepareZXingModule } from "zxing-wasm/reader";
import wasmUrl from "zxing-wasm/reader/zxing_reader.wasm?url";

prepareZXingModule({ overrides: { locateFile: () => wasmUrl } });

const root = document.getElementById("app");
if (root !== null) render(<p>Chốt kiểm soát</p>, root);
