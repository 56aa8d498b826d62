"""DNS messages as a test's name server needs them (RFC 1035, RFC 6891): questions read, answers written."""

import ipaddress
import re
import struct

TYPES = {"A": 1, "CNAME": 5, "SOA": 6, "PTR": 12, "MX": 15, "TXT": 16, "AAAA": 28, "TLSA": 52}
OPT = 41
HEADER = 12


class Question:
    def __init__(self, number, raw_name, kind, udp_size):
        self.id = number
        self.raw_name = raw_name  # as it came, in its case
        self.kind = kind
        self.udp_size = udp_size  # of EDNS; 0 without
        labels, at = [], 0
        while raw_name[at]:
            labels.append(raw_name[at + 1:at + 1 + raw_name[at]].decode("latin-1"))
            at += 1 + raw_name[at]
        self.name = ".".join(labels).lower()


def read_question(packet):
    """Nothing where it is no query."""
    end = packet.find(b"\0", HEADER) + 1
    if len(packet) < HEADER + 5 or end < HEADER + 1 or len(packet) < end + 4:
        return None
    number, kind = struct.unpack_from(">H", packet)[0], struct.unpack_from(">H", packet, end)[0]
    udp_size = 0
    if struct.unpack_from(">H", packet, 10)[0]:
        kind_of_extra, udp_size = struct.unpack_from(">HH", packet, end + 5)
        udp_size = udp_size if kind_of_extra == OPT else 0
    name = next((name for name, code in TYPES.items() if code == kind), str(kind))
    return Question(number, packet[HEADER:end], name, udp_size)


def encode_name(name):
    """`\\010` in a name is that byte, dots part labels."""
    encoded = b""
    for label in name.rstrip(".").split("."):
        raw = re.sub(rb"\\(\d{3})", lambda found: bytes([int(found[1])]), label.encode())
        encoded += bytes([len(raw)]) + raw
    return encoded + b"\0"


def encode_rdata(kind, text):
    if kind in ("A", "AAAA"):
        return ipaddress.ip_address(text).packed
    if kind in ("PTR", "CNAME"):
        return encode_name(text)
    if kind == "MX":
        preference, name = text.split()
        return struct.pack(">H", int(preference)) + (b"\0" if name == "." else encode_name(name))
    if kind == "TLSA":
        *numbers, data = text.split()
        return bytes(map(int, numbers)) + bytes.fromhex(data)
    raw = text.encode()
    return b"".join(bytes([len(raw[at:at + 255])]) + raw[at:at + 255] for at in range(0, len(raw), 255))


def record(owner, kind, ttl, rdata):
    return owner + struct.pack(">HHIH", TYPES[kind], 1, ttl, len(rdata)) + rdata


def message(question, answers, rcode=0, soa_ttl=None, is_truncated=False, with_opt=True):
    """`answers`: (owner, type, ttl, text); `soa_ttl`: how long the absence holds."""
    has_opt = with_opt and question.udp_size > 0
    flags = 0x8180 | (rcode & 15) | (0x0200 if is_truncated else 0)
    body = question.raw_name + struct.pack(">HH", TYPES.get(question.kind) or int(question.kind), 1)
    for owner, kind, ttl, text in answers:
        # The name of the question is at a fixed place: a pointer saves most of the room.
        short = b"\xc0\x0c" if owner == question.name else encode_name(owner)
        body += record(short, kind, ttl, encode_rdata(kind, text))
    if soa_ttl is not None:
        soa = encode_name("ns.example") + encode_name("hostmaster.example")
        body += record(b"\0", "SOA", soa_ttl, soa + struct.pack(">5I", 1, 3600, 600, 86400, soa_ttl))
    if has_opt:
        body += b"\0" + struct.pack(">HHIH", OPT, 1232, (rcode >> 4) << 24, 0)
    return struct.pack(">6H", question.id, flags, 1, len(answers), int(soa_ttl is not None), int(has_opt)) + body
