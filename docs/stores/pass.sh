#!/bin/sh
# Keeps the secrets of gmailoauth in pass, the standard unix password manager
# (passwordstore.org), below the folder gmailoauth:
#
#   gmailoauth accounts move --to "command:/usr/local/bin/pass.sh"
#
# In a password store under git, each renewed token makes a commit: use a store
# without git for it (PASSWORD_STORE_DIR), since old tokens would stay in there.
set -eu
entry=gmailoauth/$2
store=${PASSWORD_STORE_DIR:-$HOME/.password-store}
case $1 in
get)
	[ -d "$store" ] || { echo "there is no password store in $store: run pass init" >&2; exit 1; }
	[ -e "$store/$entry.gpg" ] || exit 66
	exec pass show "$entry"
	;;
put) exec pass insert --multiline --force "$entry" >/dev/null ;;
delete)
	[ -e "$store/$entry.gpg" ] || exit 0
	exec pass rm --force "$entry" >/dev/null
	;;
*)
	echo "usage: pass.sh get|put|delete NAME" >&2
	exit 64
	;;
esac
