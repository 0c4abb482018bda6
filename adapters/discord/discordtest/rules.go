package discordtest

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Where a message's body comes from, which decides what it may have.
type rulesFor int

const (
	rulesCreate rulesFor = iota
	rulesEdit
	rulesCallback
	rulesEditV2 // of a message that is "components v2"
)

func trimmed(s string) string { return strings.TrimSpace(s) }

// checkMessage holds a message to what the published schema doesn't say. An
// empty message has its own code, in place of the form's errors.
func checkMessage(e *formErrors, body object, files map[string]upload, what rulesFor) {
	flags := number(body, "flags")
	v2 := flags&flagV2 != 0 || what == rulesEditV2
	if n := utf8.RuneCountInString(text(body, "content")); n > 2000 {
		e.add("content", "BASE_TYPE_MAX_LENGTH", "Must be 2000 or fewer in length.")
	}
	if nonce := nonceText(body["nonce"]); len(nonce) > 25 {
		e.add("nonce", "NONCE_TYPE_TOO_LONG", "Invalid nonce (over 25 chars)")
	}
	if _, given := body["flags"]; what == rulesEditV2 && given && flags&flagV2 == 0 {
		e.add("flags", "MESSAGE_CANNOT_REMOVE_COMPONENTS_V2_FLAG", "The flag can't be removed")
	}
	if v2 {
		for _, field := range []string{"content", "embeds", "sticker_ids", "poll"} {
			if has(body, field) && text(body, field) == "" && len(list(body, field)) == 0 && field != "poll" {
				continue
			}
			if has(body, field) {
				e.add(field, "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", "The '%s' field cannot be used when using MessageFlags.IS_COMPONENTS_V2", field)
			}
		}
	}
	checkEmbeds(e, list(body, "embeds"))
	checkComponents(e, "components", list(body, "components"), v2)
	checkMentions(e, child(body, "allowed_mentions"))
	checkAttachments(e, body, files, what)
}

func checkAttachments(e *formErrors, body object, files map[string]upload, what rulesFor) {
	all := objects(list(body, "attachments"))
	e.count("attachments", max(len(all), len(files)), 0, 10)
	ids := map[string]bool{}
	for i, a := range all {
		at := "attachments/" + strconv.Itoa(i)
		id := idText(a["id"])
		e.length(at+"/description", text(a, "description"), 0, 1024)
		if ids[id] {
			e.add(at+"/id", "BASE_TYPE_DUPLICATE", "%s appears twice", id)
		}
		ids[id] = true
		if _, sent := files[id]; !sent && (what == rulesCreate || what == rulesCallback) {
			e.add(at+"/id", "ATTACHMENT_NOT_FOUND", "Attachment %s was not sent", id)
		}
	}
}

func checkMentions(e *formErrors, m object) {
	parse := list(m, "parse")
	for i, p := range parse {
		if !slices.Contains([]any{"users", "roles", "everyone"}, p) {
			e.add("allowed_mentions/parse/"+strconv.Itoa(i), "BASE_TYPE_CHOICES", "Value must be one of {'everyone', 'roles', 'users'}.")
		}
	}
	for _, kind := range []string{"users", "roles"} {
		all := list(m, kind)
		e.count("allowed_mentions/"+kind, len(all), 0, 100)
		if len(all) > 0 && slices.Contains(parse, any(kind)) {
			e.add("allowed_mentions", "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE", `parse:[%q] and %s: [ids...] are mutually exclusive.`, kind, kind)
		}
	}
}

// checkEmbeds holds embeds to their limits, and all of them together to 6,000
// characters.
func checkEmbeds(e *formErrors, embeds []any) {
	e.count("embeds", len(embeds), 0, 10)
	total := 0
	for i, m := range objects(embeds) {
		at := "embeds/" + strconv.Itoa(i)
		count := func(path, s string, least, most int) {
			s = trimmed(s)
			e.length(path, s, least, most)
			total += utf8.RuneCountInString(s)
		}
		count(at+"/title", text(m, "title"), 0, 256)
		count(at+"/description", text(m, "description"), 0, 4096)
		count(at+"/footer/text", text(child(m, "footer"), "text"), 0, 2048)
		count(at+"/author/name", text(child(m, "author"), "name"), 0, 256)
		fields := objects(list(m, "fields"))
		e.count(at+"/fields", len(fields), 0, 25)
		for j, f := range fields {
			in := at + "/fields/" + strconv.Itoa(j)
			count(in+"/name", text(f, "name"), 1, 256)
			count(in+"/value", text(f, "value"), 1, 1024)
		}
		if !slices.ContainsFunc([]string{"title", "description", "fields", "image", "thumbnail", "author", "footer"}, func(k string) bool { return has(m, k) }) {
			e.add(at+"/description", "BASE_TYPE_REQUIRED", "This field is required")
		}
	}
	if total > 6000 {
		e.add("embeds", "MAX_EMBED_SIZE_EXCEEDED", "Embed size exceeds maximum size of 6000")
	}
}
