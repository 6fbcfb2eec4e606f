// Command cacher is what a small Go program costs that can renew a token and
// finds one in its cache, in the manner of oauth2l: flags, net/http and oauth2
// are linked, and no more.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"time"

	"golang.org/x/oauth2"
)

func main() {
	endpoint := flag.String("endpoint", "", "where a token is renewed")
	flag.Parse()
	data, err := os.ReadFile(flag.Arg(0))
	var kept struct {
		Access  string    `json:"access_token"`
		Refresh string    `json:"refresh_token"`
		Expiry  time.Time `json:"expires_at"`
	}
	if err == nil {
		err = json.Unmarshal(data, &kept)
	}
	config := oauth2.Config{Endpoint: oauth2.Endpoint{TokenURL: *endpoint}}
	token := &oauth2.Token{AccessToken: kept.Access, RefreshToken: kept.Refresh, Expiry: kept.Expiry}
	if err == nil {
		token, err = config.TokenSource(context.Background(), token).Token()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(token.AccessToken)
}
