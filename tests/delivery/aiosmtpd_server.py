"""aiosmtpd as a server for the tests: TLS, one user, and every message written into a folder.

    aiosmtpd_server.py starttls|implicit CERTIFICATE KEY FOLDER

Prints the port it listens on, on loopback, and serves until it is killed. A message is a file: the envelope in its first line,
then the bytes as they came.
"""

import asyncio
import logging
import ssl
import sys
import warnings
from pathlib import Path

from aiosmtpd.smtp import SMTP, AuthResult


# Nothing that it has to say of its own future.
logging.disable(logging.WARNING)
warnings.simplefilter("ignore")


class Folder:
    def __init__(self, path):
        self.path = Path(path)
        self.count = 0

    async def handle_DATA(self, server, session, envelope):
        self.count += 1
        head = f"{envelope.mail_from} {' '.join(envelope.rcpt_tos)}\n".encode()
        (self.path / f"{self.count}.eml").write_bytes(head + envelope.original_content)
        return "250 2.0.0 Ok: kept"


def authenticate(server, session, envelope, mechanism, data):
    # Not handled: the library is to say so itself.
    return AuthResult(success=(data.login, data.password) == (b"duewatch", b"s3cret"), handled=False)


async def main(how, certificate, key, folder):
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    later = how == "starttls"
    handler = Folder(folder)

    def connection():
        return SMTP(
            handler,
            hostname="mail.example",
            authenticator=authenticate,
            auth_required=True,
            # TLS from the first byte is below it, where it does not look.
            auth_require_tls=later,
            require_starttls=later,
            tls_context=context if later else None,
        )

    loop = asyncio.get_running_loop()
    server = await loop.create_server(connection, "127.0.0.1", 0, ssl=None if later else context)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(main(*sys.argv[1:]))
