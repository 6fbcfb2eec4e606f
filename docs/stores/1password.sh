#!/bin/sh
# Keeps the secrets of gmailoauth in 1Password, as documents in the vault that
# OP_VAULT names (Private, if it is not set), by its program op, version 2:
#
#   gmailoauth accounts move --to "command:/usr/local/bin/1password.sh"
#
# On a server, give op the token of a service account in OP_SERVICE_ACCOUNT_TOKEN;
# on a desktop, switch on "Integrate with 1Password CLI".
# Source: developer.1password.com/docs/cli/reference/management-commands/document
# (seen 2026-11-22).
set -eu
title=gmailoauth/$2
vault=${OP_VAULT:-Private}
# The ID, since a title may be there twice. The list has ID and TITLE in front;
# a title of ours has no space in it.
list=$(op item list --vault "$vault" --categories Document </dev/null)
id=$(printf '%s\n' "$list" | awk -v title="$title" '$2 == title { print $1; exit }')
case $1 in
get)
	[ -n "$id" ] || exit 66
	exec op document get "$id" --vault "$vault" </dev/null
	;;
put)
	if [ -n "$id" ]; then
		exec op document edit "$id" - --vault "$vault" --file-name gmailoauth.json >/dev/null
	fi
	exec op document create - --title "$title" --vault "$vault" --file-name gmailoauth.json >/dev/null
	;;
delete)
	[ -n "$id" ] || exit 0
	exec op document delete "$id" --vault "$vault" </dev/null
	;;
*)
	echo "usage: 1password.sh get|put|delete NAME" >&2
	exit 64
	;;
esac
