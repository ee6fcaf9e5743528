"""A mail server that counts what it takes and fails in the ways that mail servers fail.

What it does to a recipient is said by the first word of the local part (`refuse.anna@…`); what it does
to everybody by its attributes.
"""

import contextlib
import email
import email.policy
import socketserver
import threading
import time
from collections import Counter
from email.message import EmailMessage


class _Handler(socketserver.StreamRequestHandler):
    server: "Sink"
    timeout = 30

    def say(self, line: str) -> None:
        self.wfile.write(line.encode() + b"\r\n")

    def handle(self) -> None:
        with contextlib.suppress(OSError):
            self.converse()

    def converse(self) -> None:
        sink = self.server
        with sink.lock:
            sink.connections += 1
        if sink.greeting != 220:
            self.say(f"{sink.greeting} not now")
            return
        self.say("220 sink")
        recipient = ""
        while line := self.rfile.readline():
            command = line.decode("ascii", "replace").strip()
            verb = command.upper().split(" ")[0].split(":")[0]
            if verb == "EHLO":
                self.say("250-sink")
                self.say("250 AUTH PLAIN" if sink.auth_answer else "250 8BITMIME")
            elif verb == "AUTH":
                self.say(sink.auth_answer)
            elif verb == "MAIL":
                self.say(sink.mail_answer)
            elif verb == "RCPT":
                recipient = command.partition("<")[2].partition(">")[0]
                with sink.lock:
                    sink.asked[recipient] += 1
                word = recipient.split(".")[0]
                if word == "hang":
                    sink.stop.wait(20)
                    return
                self.say(
                    {
                        "refuse": "550 5.1.1 no such user",
                        "policy": "550 5.7.1 we do not like you",
                        "defer": "451 4.7.1 greylisted",
                        "busy": "421 4.3.2 too many of you",
                    }.get(word, "250 ok")
                )
            elif verb == "DATA":
                self.say("354 go ahead")
                if not self.take(recipient):
                    return
            elif verb == "QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 ok")

    def take(self, recipient: str) -> bool:
        sink = self.server
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            if not line:
                return False
            lines.append(line[1:] if line.startswith(b".") else line)
        time.sleep(sink.seconds_a_mail)
        word = recipient.split(".")[0]
        if word == "spam":
            self.say("554 5.7.1 looks like spam")
            return True
        if word == "later":
            self.say("452 4.2.2 mailbox full")
            return True
        with sink.lock:
            sink.taken.append((recipient, b"".join(lines)))
        if word == "drop":
            return False
        if word == "mute":
            sink.stop.wait(20)
            return False
        self.say("250 2.0.0 taken")
        return True


class Sink(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 50

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.lock = threading.Lock()
        self.stop = threading.Event()
        self.taken: list[tuple[str, bytes]] = []
        self.asked: Counter[str] = Counter()
        self.connections = 0
        self.seconds_a_mail = 0.0
        self.greeting = 220
        self.mail_answer = "250 ok"
        self.auth_answer = ""

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.server_address[1]}"

    @property
    def url(self) -> str:
        return f"smtp+plain://{self.address}"

    def recipients(self) -> list[str]:
        with self.lock:
            return sorted(recipient for recipient, _message in self.taken)

    def message(self, number: int = -1) -> EmailMessage:
        with self.lock:
            message = email.message_from_bytes(self.taken[number][1], policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        return message

    def __enter__(self) -> "Sink":
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *args: object) -> None:
        self.stop.set()
        self.shutdown()
        self.server_close()
