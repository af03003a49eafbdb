# SPDX-License-Identifier: Apache-2.0
"""Certificates for etcd and Milvus, made by openssl."""
import shutil
import subprocess
import time

import faults

CA_CONFIG = """[ca]
default_ca = lab
[lab]
dir = {folder}
database = $dir/index.txt
new_certs_dir = $dir
serial = $dir/serial
default_md = sha256
policy = any
copy_extensions = copy
unique_subject = no
[any]
commonName = supplied
"""


def certificate(folder, name, until):
    """A certificate that is valid until that time."""
    def openssl(*words):
        subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)

    openssl("req", "-new", "-newkey", "rsa:2048", "-nodes", "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", f"/CN={name}",
            "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost")
    start, end = (time.strftime("%Y%m%d%H%M%SZ", time.gmtime(when)) for when in (until - 86400, until))
    openssl("ca", "-batch", "-config", "ca.conf", "-cert", "ca.crt", "-keyfile", "ca.key", "-startdate", start, "-enddate", end,
            "-in", f"{name}.csr", "-out", f"{name}.crt", "-notext")


def make(folder, until):
    """An authority and its certificates in a new folder. until: when each of them runs out, by name"""
    if shutil.which("openssl") is None:
        raise faults.NotPermitted("openssl is not installed")
    folder.mkdir()
    (folder / "ca.conf").write_text(CA_CONFIG.format(folder="."), encoding="ascii")
    (folder / "index.txt").touch()
    (folder / "serial").write_text("01\n", encoding="ascii")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "3650", "-keyout", "ca.key", "-out", "ca.crt",
                    "-subj", "/CN=lab authority"], cwd=folder, check=True, capture_output=True)
    for name, end in until.items():
        certificate(folder, name, end)
