#!/bin/sh
# The least that a program for the store "command" can be: files in a folder.
# It shows what starting one costs; a password manager adds its own time.
#   keeper.sh DIR get|put|delete NAME
set -eu
umask 077
case "$2" in
get) [ -e "$1/$3" ] || exit 66; exec cat "$1/$3" ;;
put) exec cat >"$1/$3" ;;
delete) exec rm -f "$1/$3" ;;
esac
exit 64
