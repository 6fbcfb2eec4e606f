# What gmailoauth needs for --store vault:secret/gmailoauth. For another mount or
# path, change both lines. In a namespace, paths are written without it.

# Read the secrets of an account, keep them, and replace them after a renewal.
path "secret/data/gmailoauth/*" {
  capabilities = ["create", "read", "update"]
}

# Forget an account with all its versions: accounts remove, accounts move, revoke.
path "secret/metadata/gmailoauth/*" {
  capabilities = ["delete"]
}
