#!/bin/sh
# Keeps the secrets of gmailoauth in Bitwarden or Vaultwarden, as secure notes,
# by its program bw and by jq:
#
#   gmailoauth accounts move --to "command:/usr/local/bin/bitwarden.sh"
#
# bw must be unlocked: BW_SESSION has to be set where gmailoauth runs. It is the
# slowest of these: each request takes seconds. bw works on a copy of the vault
# on this machine; one mailbox should be used on one machine alone.
# Source: bitwarden.com/help/cli (seen 2026-11-22).
set -eu
name=gmailoauth/$2
items=$(bw list items --search "$name" --nointeraction </dev/null)
item=$(printf '%s' "$items" | jq -c --arg name "$name" 'map(select(.name == $name)) | first // empty')
id=$(printf '%s' "$item" | jq -r '.id // empty')
case $1 in
get)
	[ -n "$id" ] || exit 66
	printf '%s' "$item" | jq -r .notes
	;;
put)
	# printf is the shell's own: nothing of this is seen in a list of processes.
	note=$(jq -Rs .)
	if [ -n "$id" ]; then
		printf '%s\n%s\n' "$item" "$note" | jq -cs '.[0] + {notes: .[1]}' | bw encode |
			bw edit item "$id" --nointeraction >/dev/null
	else
		printf '%s\n' "$note" | jq -c --arg name "$name" '{type: 2, secureNote: {type: 0}, name: $name, notes: .,
			organizationId: null, folderId: null, favorite: false, fields: [], login: null, card: null, identity: null, reprompt: 0}' |
			bw encode | bw create item --nointeraction >/dev/null
	fi
	;;
delete)
	[ -n "$id" ] || exit 0
	exec bw delete item "$id" --nointeraction </dev/null
	;;
*)
	echo "usage: bitwarden.sh get|put|delete NAME" >&2
	exit 64
	;;
esac
