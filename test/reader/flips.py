"""Opens an archive with one bit changed, many times, with the reader beside it.

    python3 flips.py ARCHIVE.tar KEY FOLDER < FLIPS     FLIPS: one "BYTE BIT" a line

Prints for each "refused", or what the reader prints and sha256 of all files that it wrote, as one line.
"""

import contextlib, hashlib, io, pathlib, shutil, sys
import reader


def files_in(folder):
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return hashlib.sha256(b"".join(str(path.relative_to(folder)).encode() + b"\0" + path.read_bytes() for path in paths)).hexdigest()


def main(archive, key, folder):
    whole = bytearray(pathlib.Path(archive).read_bytes())
    changed, out = pathlib.Path(folder) / "changed.tar", pathlib.Path(folder) / "out"
    for line in sys.stdin:
        at, bit = map(int, line.split())
        whole[at] ^= 1 << bit
        changed.write_bytes(whole)
        whole[at] ^= 1 << bit
        said = io.StringIO()
        try:
            with contextlib.redirect_stdout(said):
                reader.main(changed, key, out)
            print(said.getvalue().strip(), files_in(out))
        except Exception:
            print("refused")
        shutil.rmtree(out, ignore_errors=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
