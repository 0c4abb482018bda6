package slack

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
)

// page is what somebody reads who adds the app to a workspace.
type page struct {
	Status int
	Title  string
	Lines  []string
	Link   string
	Label  string // of the link
}

const pageCSS = `body{font:1.125rem/1.5 system-ui,sans-serif;max-width:36rem;margin:4rem auto;padding:0 1rem;color:#1d1c1d;background:#fff}` +
	`a{display:inline-block;padding:.5rem 1rem;border-radius:.25rem;background:#2f5d50;color:#fff;text-decoration:none}` +
	`a:focus-visible{outline:3px solid #1264a3;outline-offset:2px}` +
	`@media(prefers-color-scheme:dark){body{color:#f2f2f2;background:#1a1d21}}`

const pageHTML = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{.Title}}</title>
<style>` + pageCSS + `</style>
</head>
<body>
<main>
<h1>{{.Title}}</h1>
{{range .Lines}}<p>{{.}}</p>
{{end}}<p><a href="{{.Link}}">{{.Label}}</a></p>
</main>
</body>
</html>
`

// pageStyle is a policy that allows the page's own style and nothing else.
func pageStyle() string {
	sum := sha256.Sum256([]byte(pageCSS))
	return "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; style-src 'sha256-" +
		base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// headers keep what stands in the address to the browser that was sent there.
func (o *oauth) headers(w http.ResponseWriter) {
	h := w.Header()
	h.Set("Content-Security-Policy", o.style)
	h.Set("X-Frame-Options", "DENY")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
}

// show sends a page.
func (o *oauth) show(w http.ResponseWriter, p page) {
	var body bytes.Buffer
	if err := o.page.Execute(&body, p); err != nil {
		body.Reset()
		fmt.Fprintf(&body, "%s\n", template.HTMLEscapeString(p.Title))
	}
	o.headers(w)
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(p.Status)
	w.Write(body.Bytes()) //nolint:errcheck // a browser that has gone away
}

func pageInstalled(w workspace) page {
	open := url.URL{Scheme: "https", Host: "slack.com", Path: "/app_redirect", RawQuery: url.Values{"app": {w.App}, "team": {w.Team}}.Encode()}
	return page{http.StatusOK, fmt.Sprintf(titleInstalled, w.Name), wordsInstalled(), open.String(), labelOpenSlack}
}

func pageDenied(again string) page {
	return page{http.StatusOK, titleNothing, []string{wordsDenied}, again, labelAgain}
}

func pageUsed(again string) page {
	return page{http.StatusBadRequest, titleUsed, []string{wordsUsed, wordsUsedThere}, again, labelAgain}
}

func pageWhole(again string) page {
	return page{http.StatusForbidden, titleWhole, []string{wordsWhole}, again, labelAgain}
}

func pageRefused(again string) page {
	return page{http.StatusBadGateway, titleNothing, []string{wordsInstallRefused}, again, labelAgain}
}

func pageFailed(again string) page {
	return page{http.StatusBadGateway, titleNothing, []string{wordsInstallFailed}, again, labelAgain}
}

func pageBusy(again string) page {
	return page{http.StatusServiceUnavailable, titleNothing, []string{wordsInstallBusy}, again, labelAgain}
}
