"""A mail server on loopback that does what the name of the reader asks for.

Prints its port, then writes each message that it took over as a line of JSON to the file it is given. A name before the
sign @ that ends with one of these words gets a fault: `ok` none, `refused` 550 for good, `later` 451 twice, `dropped` an
ended connection once, `lost` a message that is taken over and never answered, once, `slow` no answer in time, once,
`garbled` an answer that is none, once, `closed` 421 once.
"""

import asyncio
import json
import sys

from aiosmtpd.smtp import SMTP


class Faults:
    def __init__(self, path):
        self.path = path
        self.tries = {}

    def count(self, address):
        self.tries[address] = self.tries.get(address, 0) + 1
        return self.tries[address]

    async def handle_RCPT(self, server, session, envelope, address, options):
        fault = address.split("@")[0].rsplit("-", 1)[-1]
        if fault == "refused":
            return "550 no such reader"
        tried = self.count(address) if fault in ("later", "dropped", "slow", "garbled", "closed") else 0
        if fault == "later" and tried <= 2:
            return "451 try again"
        if fault == "dropped" and tried == 1:
            server.transport.abort()
            return "421 gone"
        if fault == "slow" and tried == 1:
            await asyncio.sleep(12)
        if fault == "garbled" and tried == 1:
            return "what is this"
        if fault == "closed" and tried == 1:
            return "421 closing"
        envelope.rcpt_tos.append(address)
        return "250 ok"

    async def handle_DATA(self, server, session, envelope):
        with open(self.path, "a", encoding="utf-8") as out:
            text = envelope.content.decode("utf-8", "replace")
            out.write(json.dumps({"to": envelope.rcpt_tos, "text": text}) + "\n")
        address = envelope.rcpt_tos[0]
        if address.split("@")[0].endswith("-lost") and self.count(address) == 1:
            server.transport.abort()
        return "250 taken over"


async def main(path):
    handler = Faults(path)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(handler, enable_SMTPUTF8=True), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(main(sys.argv[1]))
