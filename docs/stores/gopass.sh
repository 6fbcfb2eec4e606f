#!/bin/sh
# Keeps the secrets of gmailoauth in gopass (gopass.pw), below the folder
# gmailoauth:
#
#   gmailoauth accounts move --to "command:/usr/local/bin/gopass.sh"
#
# Which entries there are is read from its list: how gopass ends does not tell an
# entry that is missing from one that cannot be decrypted.
# Source: gopass 1.16, its help (seen 2026-11-22).
set -eu
entry=gmailoauth/$2
has() {
	list=$(gopass list --flat) || exit 1
	printf '%s\n' "$list" | grep -qxF -- "$entry"
}
case $1 in
get)
	has || exit 66
	exec gopass show --unsafe --noparsing --yes "$entry"
	;;
put) exec gopass insert --force "$entry" >/dev/null ;;
delete)
	has || exit 0
	exec gopass rm --force "$entry" >/dev/null
	;;
*)
	echo "usage: gopass.sh get|put|delete NAME" >&2
	exit 64
	;;
esac
