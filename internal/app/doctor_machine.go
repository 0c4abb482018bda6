package app

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"studyhall/adapters/discord"
	"studyhall/adapters/slack"
	"studyhall/bot"
	"studyhall/bot/store"
)

const (
	// leastFree is the room, in bytes, below which a disk counts as full: posts and
	// answers take little, but other programs write there, too.
	leastFree = 100 << 20
	// reachTime is for how long a platform is tried to be reached.
	reachTime = 5 * time.Second
)

// disk looks at the room where the database and the backups are.
func (r *Report) disk(c Config, o CheckUp, l store.Looks) {
	free := o.Free
	if free == nil {
		free = freeSpace
	}
	look := func(about, folder string, need int64, short, fix string) {
		n, err := free(folder)
		switch {
		case errors.Is(err, errors.ErrUnsupported):
		case err != nil:
			// That the folder can't be looked at is said elsewhere, with what to do.
		case n < leastFree:
			r.add(bot.FindingBroken, about, megabytes(n)+" are free: nothing can be saved soon.",
				"Make room in "+folder+". What can't be saved is refused with a sentence; nothing that people were told is lost.")
		case n < leastFree+uint64(need):
			r.add(bot.FindingNote, about, megabytes(n)+" are free, "+short, fix)
		default:
			r.add(bot.FindingOK, about, megabytes(n)+" are free.", "")
		}
	}
	if path, ok := strings.CutPrefix(c.Database.Reveal(), "sqlite:"); ok {
		folder := filepath.Dir(path)
		look("Disk", folder, l.Size, "too little for the copy that is made before an update.", "Make room in "+folder+" before the next update.")
	}
	if c.Backups.Dir != "" {
		look("Disk for backups", c.Backups.Dir, l.Size, "too little for the next backup.", "Make room in "+c.Backups.Dir+", or keep fewer: BACKUP_KEEP.")
	}
}

// megabytes is a size as people say it.
func megabytes(n uint64) string {
	if n >= 10<<30 {
		return fmt.Sprintf("%d GB", n>>30)
	}
	return fmt.Sprintf("%d MB", n>>20)
}

// place is a host that the program talks to.
type place struct {
	host   string // with its port
	secure bool
	how    bot.FindingState // how bad it is that it can't be reached
}

// places are the hosts of the platforms that are set up. What an address of tests
// leads to beyond itself isn't known.
func places(c Config) (all []place) {
	add := func(address, standard, socket string) {
		if u, err := url.Parse(cmp.Or(address, standard)); err == nil && u.Host != "" {
			port := cmp.Or(u.Port(), map[bool]string{true: "443", false: "80"}[u.Scheme == "https"])
			all = append(all, place{net.JoinHostPort(u.Hostname(), port), u.Scheme == "https", bot.FindingBroken})
		}
		if socket != "" && strings.TrimRight(cmp.Or(address, standard), "/") == strings.TrimRight(standard, "/") {
			all = append(all, place{socket + ":443", true, bot.FindingNote})
		}
	}
	if c.Slack.Set() {
		socket := ""
		if c.Slack.AppToken != "" {
			socket = "wss-primary.slack.com"
		}
		add(c.Slack.API, slack.DefaultAPI, socket)
	}
	if c.Discord.Token != "" {
		socket := ""
		if c.Discord.PublicKey == "" {
			socket = "gateway.discord.gg"
		}
		add(c.Discord.API, discord.DefaultAPI, socket)
	}
	return all
}

// network looks at the way to the platforms: the proxy, names, connections and
// certificates. It sends nothing.
func (r *Report) network(ctx context.Context, c Config, o CheckUp) {
	all := places(c)
	if o.Offline || len(all) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, reachTime)
	defer cancel()
	found := make([]bot.Finding, len(all))
	var asking sync.WaitGroup
	for n, p := range all {
		asking.Go(func() { found[n] = o.reach(ctx, p) })
	}
	asking.Wait()
	r.Findings = append(r.Findings, found...)
}

// reach looks at the way to one host.
func (o CheckUp) reach(ctx context.Context, p place) bot.Finding {
	host, port, _ := net.SplitHostPort(p.host)
	say := func(state bot.FindingState, how, fix string) bot.Finding {
		return bot.Finding{About: "Way to " + host, State: state, How: how, Fix: fix}
	}
	by, err := o.proxyTo(p)
	if err != nil { // which may quote the address, with a password
		return say(bot.FindingBroken, "HTTPS_PROXY or HTTP_PROXY can't be read as an address.", "It looks like http://proxy.example.org:3128; correct it, or leave it out.")
	}
	if by != nil {
		return o.reachBy(ctx, by, say)
	}
	if o.Dial == nil || o.Resolve != nil {
		resolve := o.Resolve
		if resolve == nil {
			resolve = net.DefaultResolver.LookupHost
		}
		if _, err := resolve(ctx, host); err != nil {
			return say(p.how, "Its name has no address here: DNS doesn't answer, or doesn't know it.",
				"Look at this machine's network and DNS, or set HTTPS_PROXY. Nothing is lost: the bot tries again by itself.")
		}
	}
	conn, err := o.dial(ctx, p.host)
	if err != nil {
		return say(p.how, "Nothing can connect to its port "+port+": "+because(err)+".",
			"Let connections go out there, or set HTTPS_PROXY. Nothing is lost: the bot tries again by itself.")
	}
	defer conn.Close()
	if !p.secure {
		return say(bot.FindingOK, "It can be reached, directly and without TLS.", "")
	}
	config := &tls.Config{ServerName: host, MinVersion: tls.VersionTLS12, RootCAs: o.Roots}
	if err := tls.Client(conn, config).HandshakeContext(ctx); err != nil {
		if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
			return say(p.how, "Its certificate is not to be believed: "+because(err)+".",
				"If your network opens TLS, install its authority's certificate on this machine; docs/operations.md says how. Else look at this machine's clock.")
		}
		return say(p.how, "It can be connected to, but TLS fails: "+because(err)+".",
			"Something between here and there interferes, such as a firewall: let connections go to "+p.host+".")
	}
	return say(bot.FindingOK, "It can be reached, directly.", "")
}

// reachBy looks at the proxy through which a host is reached.
func (o CheckUp) reachBy(ctx context.Context, by *url.URL, say func(state bot.FindingState, how, fix string) bot.Finding) bot.Finding {
	port := cmp.Or(by.Port(), map[string]string{"https": "443", "socks5": "1080", "socks5h": "1080"}[by.Scheme], "80")
	named := by.Scheme + "://" + by.Host // without who is let through
	conn, err := o.dial(ctx, net.JoinHostPort(by.Hostname(), port))
	if err != nil {
		return say(bot.FindingBroken, "It is reached by the proxy "+named+", which can't be connected to: "+because(err)+".",
			"Look at the proxy, or correct HTTPS_PROXY; NO_PROXY names hosts that need none.")
	}
	conn.Close()
	return say(bot.FindingOK, "It is reached by the proxy "+named+".", "")
}

// proxyTo is the proxy by which a host is reached; nil for none.
func (o CheckUp) proxyTo(p place) (*url.URL, error) {
	scheme := "http"
	if p.secure {
		scheme = "https"
	}
	proxy := o.Proxy
	if proxy == nil {
		proxy = http.ProxyFromEnvironment
	}
	return proxy(&http.Request{URL: &url.URL{Scheme: scheme, Host: p.host}})
}

func (o CheckUp) dial(ctx context.Context, address string) (net.Conn, error) {
	if o.Dial != nil {
		return o.Dial(ctx, "tcp", address)
	}
	var d net.Dialer
	return d.DialContext(ctx, "tcp", address)
}

// because is the innermost cause of an error, which has no addresses in it.
func because(err error) string {
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Sprintf("no answer in %s", reachTime)
	}
	if unknown, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		return unknown.Error()
	}
	for next := errors.Unwrap(err); next != nil; next = errors.Unwrap(err) {
		err = next
	}
	return strings.TrimPrefix(err.Error(), "tls: ")
}
