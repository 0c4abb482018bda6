package bot

import "strings"

// ActionPatterns are the patterns given to [Bot.Action], in that order.
func (b *Bot) ActionPatterns() []string { return b.actions.patterns() }

// SuggestPatterns are the patterns given to [Bot.Suggest], in that order.
func (b *Bot) SuggestPatterns() []string { return b.suggests.patterns() }

// ActionPattern is the pattern that a control's path matches; "" if none does.
func (b *Bot) ActionPattern(path string) string { return b.actions.pattern(path) }

// SuggestPattern is the pattern that a field's Suggest path matches; "" if none does.
func (b *Bot) SuggestPattern(path string) string { return b.suggests.pattern(path) }

func (r *routes[V]) patterns() []string {
	all := make([]string, len(r.entries))
	for n, e := range r.entries {
		all[n] = strings.Join(e.segments, "/")
	}
	return all
}

func (r *routes[V]) pattern(path string) string {
	segments, best, pattern := strings.Split(path, "/"), -1, ""
	for _, e := range r.entries {
		if literals, ok := match(e.segments, segments); ok && literals > best {
			best, pattern = literals, strings.Join(e.segments, "/")
		}
	}
	return pattern
}
