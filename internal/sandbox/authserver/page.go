package authserver

import (
	"bytes"
	"embed"
	"html/template"
	"net/http"
	"strings"
	"sync"
)

//go:embed pages/*.html
var pageFiles embed.FS

// pages are parsed when the first one is shown.
var pages = sync.OnceValue(func() map[string]*template.Template {
	all := map[string]*template.Template{}
	functions := template.FuncMap{"add": func(a, b int) int { return a + b }, "has": strings.HasPrefix}
	for _, name := range []string{"error.html", "identifier.html", "consent.html", "overview.html", "audience.html",
		"clients.html", "create.html", "client.html", "sandbox.html"} {
		all[name] = template.Must(template.New(name).Funcs(functions).ParseFS(pageFiles, "pages/layout.html", "pages/"+name))
	}
	return all
})

// page fills a template. Pages ask nobody else for anything: no script, no font,
// no image. form-action is not restricted, since Allow leads to the app.
func page(status int, name string, data map[string]any) answer {
	var body bytes.Buffer
	if err := pages()[name].ExecuteTemplate(&body, "layout.html", data); err != nil {
		return text(http.StatusInternalServerError, err.Error()+"\n")
	}
	return answer{status, map[string]string{
		"Content-Type":            "text/html; charset=utf-8",
		"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
		"Referrer-Policy":         "no-referrer",
	}, body.Bytes()}
}
