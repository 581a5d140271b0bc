"""The one plain-HTTP page of `--lan`: how to install the authority, and its certificate.

A device that does not trust the authority yet cannot load an HTTPS page that would explain it.
Nothing else is served here, and nothing is read from the request but its path.
"""

from __future__ import annotations

import base64
import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from string import Template

from server.png import qr_png
from server.tls import LanCertificate

IDLE_S = 10
_STYLE = (
    "body{font:18px/1.5 system-ui,sans-serif;max-width:44rem;margin:0 auto;padding:1rem}"
    "img{width:12rem;image-rendering:pixelated;background:#fff}"
    "code{overflow-wrap:anywhere}[lang=en]{opacity:.75}"
    ".get{display:inline-block;padding:.8rem 1.2rem;border:2px solid;border-radius:.6rem}"
)
_POLICY = (
    "default-src 'none'; img-src 'self'; frame-ancestors 'none'; base-uri 'none'; style-src "
    f"'sha256-{base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()}'"
)
_PAGE = Template(
    """<!doctype html>
<html lang="vi"><head><meta charset="utf-8"><title>chot – chứng chỉ</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><style>$style</style></head>
<body><h1>Cài chứng chỉ của chốt</h1>
<p lang="en">Install this checkpoint server's certificate: once on every tablet.</p>
<p><a class="get" href="/chot-ca.crt">Tải chứng chỉ · Download</a></p>
<p>Trước khi cài, so dấu vân tay với dấu in trên máy chủ khi chạy <code>--lan</code>.
<span lang="en">Compare this fingerprint with the one that the server printed:</span><br>
SHA-256 <code>$fingerprint</code></p>
<h2>Android</h2><ol>
<li>Cài đặt → Bảo mật → Mã hóa và thông tin xác thực → Cài đặt chứng chỉ → <b>Chứng chỉ CA</b>
→ chọn tệp vừa tải. <span lang="en">Settings → Security → Encryption &amp; credentials → Install a
certificate → CA certificate.</span></li></ol>
<h2>iPad, iPhone</h2><ol>
<li>Tải bằng Safari, rồi Cài đặt → Cấu hình đã tải về → Cài đặt. <span lang="en">Download in
Safari, then Settings → Profile Downloaded → Install.</span></li>
<li>Cài đặt → Cài đặt chung → Giới thiệu → Cài đặt tin cậy chứng nhận → bật chot LAN.
<span lang="en">Settings → General → About → Certificate Trust Settings → switch chot LAN on.</span>
</li></ol>
<h2>Windows</h2><ol>
<li>Mở tệp → Cài đặt chứng chỉ → Máy cục bộ → <b>Trusted Root Certification Authorities</b>.
<span lang="en">Open the file → Install → Local Machine → that store.</span></li></ol>
<h2>Xong · Done</h2>
<p><a href="$url">$url</a></p><p><img src="/qr.png" alt="$url"></p>
<p lang="en">The certificate authority can sign for private addresses, .local and this machine
only.</p></body></html>
"""
)


@contextmanager
def ca_page(certificate: LanCertificate, host: str, port: int, https_port: int) -> Iterator[None]:
    """Serve the page on `port` in threads of this process while the block runs. Raises OSError."""
    url = f"https://{certificate.addresses[0]}:{https_port}/"
    page = _PAGE.substitute(style=_STYLE, fingerprint=certificate.fingerprint, url=url)
    files = {
        "/": ("text/html; charset=utf-8", page.encode("utf-8")),
        "/chot-ca.crt": ("application/x-x509-ca-cert", certificate.ca_der),
        "/chot-ca.pem": ("application/x-pem-file", certificate.ca_pem),
        "/qr.png": ("image/png", qr_png(url)),
    }

    class Page(BaseHTTPRequestHandler):
        timeout = IDLE_S
        server_version = "chot"
        sys_version = ""

        def do_GET(self) -> None:
            self._answer(with_body=True)

        def do_HEAD(self) -> None:
            self._answer(with_body=False)

        def log_message(self, format: str, *args: object) -> None:
            """Nothing: the request line and the address are nobody's business."""

        def _answer(self, with_body: bool) -> None:
            found = files.get(self.path.split("?")[0])
            kind, data = found or ("text/plain; charset=utf-8", b"404\n")
            self.send_response(200 if found else 404)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(data)))
            self.send_header("Content-Security-Policy", _POLICY)
            self.send_header("X-Content-Type-Options", "nosniff")
            self.send_header("Referrer-Policy", "no-referrer")
            self.send_header("Cache-Control", "no-store")
            self.end_headers()
            if with_body:
                self.wfile.write(data)

    server = ThreadingHTTPServer((host, port), Page)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, name="ca-page", daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
