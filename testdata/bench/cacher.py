# What a script in the manner of mutt_oauth2.py costs when the token that it
# keeps is still good: it imports what that script imports, reads its file,
# through a program for decryption if one is named, and prints the token.
import sys
import json
import argparse
import urllib.parse
import urllib.request
import imaplib
import poplib
import smtplib
import base64
import secrets
import hashlib
import time
from datetime import timedelta, datetime, timezone
from pathlib import Path
import socket
import http.server
import subprocess
import readline

parser = argparse.ArgumentParser()
parser.add_argument("file")
parser.add_argument("decrypt", nargs="?")
args = parser.parse_args()
if args.decrypt:
    text = subprocess.run([args.decrypt, args.file], check=True, capture_output=True).stdout
else:
    text = Path(args.file).read_bytes()
kept = json.loads(text)
if datetime.fromisoformat(kept["expires_at"].replace("Z", "+00:00")) < datetime.now(timezone.utc) + timedelta(seconds=10):
    sys.exit("stale")
print(kept["access_token"])
