# SPDX-License-Identifier: Apache-2.0
"""etcd's JSON gateway: the few calls that Milvus makes, with the errors that its own client would give."""
import base64
import http.client
import itertools
import json
import ssl
import time

CODES = {2: "Unknown", 3: "InvalidArgument", 4: "DeadlineExceeded", 5: "NotFound", 8: "ResourceExhausted",
         9: "FailedPrecondition", 11: "OutOfRange", 13: "Internal", 14: "Unavailable", 15: "DataLoss"}
RETRY_SECONDS = 0.2
DEADLINE = "context deadline exceeded"


class Refused(Exception):
    """A call that failed. text: as Milvus prints it; wire: as etcd's client library prints it."""

    def __init__(self, text, wire):
        super().__init__(text)
        self.text = text
        self.wire = wire


def encoded(text):
    return base64.b64encode(text.encode() if isinstance(text, str) else text).decode()


def decoded(text):
    return base64.b64decode(text).decode(errors="replace")


def deadline():
    return Refused(DEADLINE, f"rpc error: code = DeadlineExceeded desc = {DEADLINE}")


def unavailable(text):
    error = f"rpc error: code = Unavailable desc = {text}"
    return Refused(error, error)


def late(error):
    """What a deadline makes of an error that it ends."""
    if error.text == DEADLINE:
        return error
    last = error.wire.partition("desc = ")[2]
    return Refused(DEADLINE, f"rpc error: code = DeadlineExceeded desc = latest balancer error: last connection error: {last}")


def handshake(reason):
    """A failed TLS handshake."""
    return unavailable(f'connection error: desc = "transport: authentication handshake failed: {tls_text(reason)}"')


def server_error(body):
    try:
        error = json.loads(body.splitlines()[0])
        error = error.get("error", error)
        if isinstance(error, dict):
            error = {"error": error.get("message", ""), "code": error.get("grpc_code", 2)}
        else:
            error = json.loads(body)
        text, code = error["error"], error["code"]
    except (ValueError, KeyError, TypeError, IndexError):
        return unavailable("transport is closing")
    if text == DEADLINE:
        return deadline()
    wire = f"rpc error: code = {CODES.get(code, 'Unknown')} desc = {text}"
    return Refused(text if text.startswith("etcdserver") else wire, wire)


class Gateway:
    """The members' client addresses, used in turn; one that refuses is passed over. endpoints: "host:port" list"""

    def __init__(self, endpoints, tls=None):
        self.endpoints = endpoints
        self.tls = tls
        self.turns = itertools.count()

    def connect(self, endpoint, timeout):
        host, _, port = endpoint.rpartition(":")
        if self.tls is None:
            connection = http.client.HTTPConnection(host, int(port), timeout=timeout)
        else:
            connection = http.client.HTTPSConnection(host, int(port), timeout=timeout, context=self.tls)
        connection.connect()
        return connection

    def open(self, timeout):
        """A connection to the next member that accepts one, waiting for it as etcd's client does."""
        end = time.monotonic() + timeout
        while True:
            try:
                return self.open_any(timeout)
            except Refused as error:
                if time.monotonic() + RETRY_SECONDS > end:
                    raise late(error) from None
                time.sleep(RETRY_SECONDS)

    def open_any(self, timeout):
        """A connection to the next member that accepts one at once."""
        first = next(self.turns)
        error = None
        for i in range(len(self.endpoints)):
            endpoint = self.endpoints[(first + i) % len(self.endpoints)]
            try:
                return self.connect(endpoint, timeout)
            except ssl.SSLError as reason:
                error = handshake(reason)
            except TimeoutError:
                error = deadline()
            except OSError:
                error = unavailable('connection error: desc = "transport: Error while dialing dial tcp '
                                    f'{endpoint}: connect: connection refused"')
        raise error

    def call(self, path, message, timeout):
        """The answer of one call, as a dictionary. Raises Refused."""
        end = time.monotonic() + timeout
        connection = self.open(timeout)
        try:
            connection.sock.settimeout(max(end - time.monotonic(), 0.01))
            connection.request("POST", path, json.dumps(message))
            response = connection.getresponse()
            body = response.read()
        except TimeoutError:
            raise deadline() from None
        except ssl.SSLError as reason:
            raise handshake(reason) from None
        except (OSError, http.client.HTTPException):
            raise unavailable("error reading from server: EOF") from None
        finally:
            connection.close()
        if response.status != 200 or body.startswith(b'{"error"'):
            raise server_error(body)
        return json.loads(body.splitlines()[0])

    def put(self, key, value, timeout, lease=0):
        return self.call("/v3/kv/put", {"key": encoded(key), "value": encoded(value), "lease": lease}, timeout)

    def multi_put(self, pairs, timeout):
        puts = [{"request_put": {"key": encoded(key), "value": encoded(value)}} for key, value in pairs.items()]
        return self.call("/v3/kv/txn", {"success": puts}, timeout)

    def range(self, key, timeout, end=None, **options):
        request = {"key": encoded(key), **options}
        if end is not None:
            request["range_end"] = encoded(end)
        return self.call("/v3/kv/range", request, timeout)

    def grant(self, ttl, timeout):
        return int(self.call("/v3/lease/grant", {"TTL": int(ttl)}, timeout)["ID"])

    def revoke(self, lease, timeout):
        return self.call("/v3/lease/revoke", {"ID": lease}, timeout)

    def keep_alive(self, lease, timeout):
        """Seconds that the lease lives from now; 0 when etcd knows it no more."""
        return float(self.call("/v3/lease/keepalive", {"ID": lease}, timeout)["result"].get("TTL", 0))

    def watch(self, key, revision, is_over):
        """Wait until key is deleted at or after revision: True; False when the watch broke or is_over() said so."""
        try:
            connection = self.open(5)
            connection.sock.settimeout(1)
            connection.request("POST", "/v3/watch", json.dumps({"create_request": {"key": encoded(key), "start_revision": revision}}))
            response = connection.getresponse()
            while not is_over():
                try:
                    line = response.readline()
                except TimeoutError:
                    # A file that timed out once refuses to be read again.
                    response.fp.raw._timeout_occurred = False
                    continue
                if not line:
                    return False
                if b'"DELETE"' in line:
                    return True
        except (Refused, OSError, http.client.HTTPException, ValueError):
            return False
        return False


def tls_text(reason):
    """Python's words for a failed handshake, in Go's."""
    text = str(reason)
    if "certificate has expired" in text:
        return "x509: certificate has expired or is not yet valid"
    if "CERTIFICATE_VERIFY_FAILED" in text:
        return "x509: certificate signed by unknown authority"
    if "ALERT" in text:
        return "remote error: tls: bad certificate"
    return "EOF"
