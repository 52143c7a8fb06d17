"""Talks to a port of this machine as Python programs do, standard library only, and prints what it got as JSON."""

import http.client
import json
import sys
import urllib.error
import urllib.request

PORT = int(sys.argv[1])
BODY = b"0123456789" * 10_000


def kept_connection():
    """Several requests over one connection, as requests and boto do underneath."""
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=20)
    plans = [
        ("GET", None),
        ("HEAD", None),
        ("POST", BODY),
        ("PUT", iter([BODY[:7], BODY[7:50_000], BODY[50_000:]])),  # an iterator has no length: sent in chunks
        ("GET", None),
    ]
    answers = []
    for method, body in plans:
        connection.request(method, "/echo", body=body, encode_chunked=True)
        answer = connection.getresponse()
        answers.append(f"{method} {answer.status} {answer.getheader('x-received')} {len(answer.read())}")
    connection.close()
    return answers


def opened(path, body=None):
    request = urllib.request.Request(f"http://127.0.0.1:{PORT}{path}", data=body)
    with urllib.request.urlopen(request, timeout=20) as answer:
        return f"{answer.status} {len(answer.read())}"


def missing():
    try:
        return opened("/missing")
    except urllib.error.HTTPError as error:
        return f"{error.code} {len(error.read())}"


print(json.dumps({"kept": kept_connection(), "urllib": [opened("/echo"), opened("/echo", BODY), missing()]}))
