"""Opens an archive by docs/archive-format.md alone: Python's standard library and pycryptodome.

    python3 reader.py ARCHIVE.tar KEY FOLDER     KEY: K in hexadecimal

Prints what the terms of a release say about the archive: archiveRoot (as the CID), chunkRoot, keyHash, chunkCount.
"""

import base64, hashlib, json, pathlib, sys, tarfile
from Crypto.Cipher import AES
from Crypto.Hash import keccak

MIB = 1 << 20


def keccak256(*parts):
    return keccak.new(digest_bits=256, data=b"".join(parts)).digest()


def varint(n):
    return bytes([n]) if n < 128 else bytes([n & 127 | 128]) + varint(n >> 7)


def field(number, value):
    """A field of a protobuf message: bytes, or a number."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    return varint(number << 3 | 2) + varint(len(value)) + value


def node(children):
    """The dag-pb block above some blocks, each as (cid, bytes of the file below it, bytes of all blocks below it)."""
    sizes = [size for _, size, _ in children]
    unixfs = field(1, 2) + field(3, sum(sizes)) + b"".join(field(4, size) for size in sizes)
    links = (field(1, cid) + field(2, b"") + field(3, total) for cid, _, total in children)
    block = b"".join(field(2, link) for link in links) + field(1, unixfs)
    return bytes([1, 0x70, 0x12, 32]) + hashlib.sha256(block).digest(), sum(sizes), len(block) + sum(total for _, _, total in children)


def root_of(blocks):
    level = [(bytes([1, 0x55, 0x12, 32]) + hashlib.sha256(block).digest(), len(block), len(block)) for block in blocks]
    while True:
        level = [node(level[n : n + 174]) for n in range(0, len(level), 174)]
        if len(level) == 1:
            return level[0][0]


def blocks_of(data, entries):
    """Cuts the tar file: what is between contents is one block, contents are blocks of at most 1 MiB."""
    end = 0
    for entry in entries:
        yield data[end : entry.offset_data]
        end = entry.offset_data + entry.size
        for at in range(entry.offset_data, end, MIB):
            yield data[at : min(at + MIB, end)]
    yield data[end:]


def tree_root(level):
    while len(level) > 1:
        pairs = [keccak256(*level[n : n + 2]) for n in range(0, len(level) - 1, 2)]
        level = pairs + level[len(pairs) * 2 :]
    return level[0]


def main(path, key, folder):
    data = pathlib.Path(path).read_bytes()
    with tarfile.open(path) as tar:
        entries = tar.getmembers()
        contents = [tar.extractfile(entry).read() for entry in entries]
    assert [entry.name for entry in entries[:2]] == ["release.json", "key-hashes"]
    manifest, key_hashes, rest = json.loads(contents[0]), contents[1], iter(zip(entries[2:], contents[2:]))
    lock, content_key = manifest["lock"], bytes.fromhex(key)
    salt, count = bytes.fromhex(lock["archiveSalt"][2:]), lock["chunkCount"]
    assert keccak256(content_key).hex() == lock["keyHash"][2:], "this is not the archive's content key"
    leaves = []
    for file in manifest["files"]:
        target = pathlib.Path(folder) / file["path"]
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("xb") as out:
            while out.tell() < file["size"]:
                entry, fragment = next(rest)
                if entry.name.endswith(".locked"):
                    j = len(leaves)
                    k = keccak256(keccak256(b"Busker chunk key v1"), content_key, salt, j.to_bytes(4, "big"))
                    assert keccak256(k) == key_hashes[32 * j : 32 * j + 32], "not the key that was announced"
                    leaves.append(keccak256(keccak256(j.to_bytes(32, "big"), keccak256(k), hashlib.sha256(fragment).digest())))
                    cipher = AES.new(k, AES.MODE_GCM, nonce=bytes(12))
                    cipher.update(salt + j.to_bytes(4, "big") + count.to_bytes(4, "big"))
                    fragment = cipher.decrypt_and_verify(fragment[:-16], fragment[-16:])
                out.write(fragment)
    assert len(leaves) == count and next(rest, None) is None
    cid = "b" + base64.b32encode(root_of(list(blocks_of(data, entries)))).decode().lower().rstrip("=")
    facts = {"archive": cid, "chunkRoot": "0x" + tree_root(leaves).hex(), "keyHash": lock["keyHash"], "chunkCount": count}
    print(json.dumps(facts))


if __name__ == "__main__":
    main(*sys.argv[1:])
