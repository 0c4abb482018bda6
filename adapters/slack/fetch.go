package slack

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"studyhall/adapters/adapterkit"
	"studyhall/bot"
)

// fetchTime is for a file of somebody's.
const fetchTime = 30 * time.Second

// errSignIn is a file that the bot may not read: Slack shows where to sign in.
var errSignIn = errors.New("the file's address shows a page to sign in: the bot lacks the scope " + scopeFiles)

// scopeFiles is the scope that reading what people send takes. Slack has no
// narrower one.
const scopeFiles = "files:read"

// wordsUnread says why a file couldn't be read.
func wordsUnread(err error, most int) bot.Text {
	switch {
	case errors.Is(err, errSignIn):
		return wordsNoFiles
	case errors.Is(err, adapterkit.ErrLarge):
		return bot.Textf(wordsLargeFile, adapterkit.Megabytes(most))
	}
	return wordsUnreadFile
}

// fetch reads a file that somebody sent from where Slack keeps it.
func (a *Adapter) fetch(ctx context.Context, team string, f sentFile) (bot.File, error) {
	if f.Size > f.Most { // as Slack says; what comes is counted anyway
		return bot.File{}, adapterkit.ErrLarge
	}
	address := f.URLPrivateDownload
	if address == "" {
		address = f.URLPrivate
	}
	if !a.slacks(address) {
		return bot.File{}, errors.New("the file is not at an address of Slack's")
	}
	token, err := a.spaces.token(ctx, team)
	if err != nil {
		return bot.File{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, fetchTime)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return bot.File{}, errors.New("the file's address can't be used")
	}
	request.Header.Set("User-Agent", agent)
	request.Header.Set("Authorization", "Bearer "+token)
	response, err := a.rest.http.Do(request)
	if whole, ok := errors.AsType[*url.Error](err); ok {
		err = whole.Err // the address has the file's name, which somebody wrote
	}
	if err != nil {
		return bot.File{}, fmt.Errorf("read a file: %w", err)
	}
	defer response.Body.Close()
	if response.StatusCode == http.StatusFound {
		return bot.File{}, errSignIn
	}
	if response.StatusCode != http.StatusOK {
		return bot.File{}, fmt.Errorf("the file's address answers %d", response.StatusCode)
	}
	if page := "text/html"; strings.HasPrefix(response.Header.Get("Content-Type"), page) && !strings.HasPrefix(f.Mimetype, page) {
		return bot.File{}, errSignIn
	}
	data, err := adapterkit.ReadFile(response.Body, f.Most)
	if err != nil {
		return bot.File{}, fmt.Errorf("read a file: %w", err)
	}
	return bot.File{Name: f.Name, MIME: f.Mimetype, Data: data}, nil
}

// slacks reports whether an address is Slack's, so that it may be shown a token:
// the Web API's own host, or one below slack.com.
func (a *Adapter) slacks(address string) bool {
	u, err := url.Parse(address)
	api, _ := url.Parse(a.rest.base)
	switch {
	case err != nil || u.Host == "":
		return false
	case api != nil && u.Host == api.Host && u.Scheme == api.Scheme:
		return true
	}
	host := strings.ToLower(u.Hostname())
	return u.Scheme == "https" && strings.HasSuffix(host, ".slack.com")
}
