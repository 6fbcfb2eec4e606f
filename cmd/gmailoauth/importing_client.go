package main

import (
	"context"
	"errors"

	"gmailoauth/internal/account"
	"gmailoauth/internal/store"
)

// client is that of the flags, else that of the file, else the one with which
// the mailbox is kept already. A refresh token is of use to its own client
// alone, so they must be the same where more than one says which.
func (i *importing) client(ctx context.Context, before account.Account) (account.Client, error) {
	client := i.found.Client
	switch {
	case i.given != nil && client.ID != "" && client.ID != i.given.ID:
		return client, inputSymptom("import-other-client", "file", i.file, "helper", i.found.Helper, "client_id", client.ID)
	case i.given != nil:
		client = *i.given
	}
	if before.ClientID != "" && (client.ID == "" || client.Secret.IsZero() && client.ID == before.ClientID) {
		secrets, err := i.app.secretsOf(before)
		if err != nil {
			return client, err
		}
		kept, err := secrets.Get(ctx, before.Email)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return client, err
		}
		client.ID, client.Secret = before.ClientID, kept.ClientSecret
	}
	if client.ID == "" || client.Secret.IsZero() {
		return client, inputSymptom("import-no-client", "file", i.file, "helper", i.found.Helper, "client_id", client.ID)
	}
	if client.Type == "" && client.ID == before.ClientID {
		client.Type, client.ProjectID, client.RedirectURIs = before.ClientType, before.ProjectID, before.RedirectURIs
	}
	return client, nil
}
