package discordtest

import (
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Types of commands and options: docs.discord.com/developers/interactions/application-commands.
const (
	commandChat    = 1
	commandUser    = 2
	commandMessage = 3

	optionSubcommand = 1
	optionGroup      = 2
	optionString     = 3
	optionInteger    = 4
	optionBool       = 5
	optionUser       = 6
	optionChannel    = 7
	optionRole       = 8
	optionNumber     = 10
	optionAttachment = 11
)

var commandName = regexp.MustCompile(`^[-_'\p{L}\p{N}\p{Devanagari}\p{Thai}]{1,32}$`)

// setCommands is the bulk overwrite of one scope.
func (s *Server) setCommands(r *request) (answer, *failure) {
	guild, fail := s.scope(r)
	if fail != nil {
		return answer{}, fail
	}
	if r.list == nil {
		return failed(http.StatusBadRequest, 50035)
	}
	e := &formErrors{}
	names, kinds := map[string]bool{}, map[int]int{}
	for i, c := range objects(r.list) {
		at := strconv.Itoa(i)
		checkCommand(e, at, c)
		key := commandKey(c)
		if names[key] {
			e.add(at, "APPLICATION_COMMANDS_DUPLICATE_NAME", "Application command names must be unique")
		}
		names[key] = true
		kinds[commandType(c)]++
	}
	if kinds[commandChat] > 100 || kinds[commandUser] > 15 || kinds[commandMessage] > 15 {
		e.add("", "APPLICATION_COMMANDS_TOO_MANY", "Maximum number of application commands reached")
	}
	if fail := e.failure(); fail != nil {
		return answer{}, fail
	}
	out := []object{}
	added := 0
	for _, c := range objects(r.list) {
		old := findCommand(s.commands[guild], commandKey(c))
		if old == nil {
			added++
		}
		out = append(out, s.command(guild, c, old))
	}
	if fail := s.create(guild, added); fail != nil {
		return answer{}, fail
	}
	s.commands[guild] = out
	s.counts.Overwrites++
	return ok(shown(out, true))
}

// create counts new commands: 200 a day.
func (s *Server) create(guild string, n int) *failure {
	now := s.now()
	kept := slices.DeleteFunc(s.created[guild], func(t time.Time) bool { return now.Sub(t) >= 24*time.Hour })
	if len(kept)+n > 200 {
		s.created[guild] = kept
		return refuse(http.StatusBadRequest, 30034)
	}
	for range n {
		kept = append(kept, now)
	}
	s.created[guild] = kept
	return nil
}

// scope is the server of a request's commands, "" for everywhere.
func (s *Server) scope(r *request) (string, *failure) {
	if r.params["application"] != s.bot.ID {
		return "", refuse(http.StatusForbidden, 50001)
	}
	id := r.params["guild"]
	if id == "" {
		return "", nil
	}
	if g := s.guild(id); g == nil || g.gone {
		return "", refuse(http.StatusForbidden, 50001)
	}
	return id, nil
}

func commandType(c object) int { return max(number(c, "type"), commandChat) }

func commandKey(c object) string { return strconv.Itoa(commandType(c)) + " " + text(c, "name") }

func findCommand(all []object, key string) object {
	for _, c := range all {
		if commandKey(c) == key {
			return c
		}
	}
	return nil
}

// command is a command as it is kept; its identifier outlives a change.
func (s *Server) command(guild string, c, old object) object {
	out := clone(c)
	out["id"] = s.snowflake()
	if old != nil {
		out["id"] = old["id"]
	}
	out["version"], out["application_id"], out["type"] = s.snowflake(), s.bot.ID, commandType(c)
	if guild != "" {
		out["guild_id"] = guild
	}
	fill := func(key string, v any) {
		if !has(out, key) {
			out[key] = v
		}
	}
	fill("default_member_permissions", nil)
	if p := out["default_member_permissions"]; p != nil {
		out["default_member_permissions"] = idText(p)
	}
	fill("description", "")
	fill("nsfw", false)
	fill("integration_types", []any{0})
	if guild == "" {
		fill("contexts", []any{0, 1, 2})
	} else {
		delete(out, "contexts")
	}
	for key, v := range out {
		if v == nil && key != "default_member_permissions" {
			delete(out, key)
		}
	}
	return clone(out)
}

// shown leaves localisations out unless they were asked for.
func shown(all []object, localised bool) []object {
	out := []object{}
	for _, c := range all {
		c = clone(c)
		if !localised {
			everyObject(c, func(o object) {
				delete(o, "name_localizations")
				delete(o, "description_localizations")
			})
		}
		out = append(out, c)
	}
	return out
}

func (s *Server) listCommands(r *request) (answer, *failure) {
	guild, fail := s.scope(r)
	if fail != nil {
		return answer{}, fail
	}
	return ok(shown(s.commands[guild], r.query.Get("with_localizations") == "true"))
}

func (s *Server) addCommand(r *request) (answer, *failure) {
	guild, fail := s.scope(r)
	if fail != nil {
		return answer{}, fail
	}
	e := &formErrors{}
	checkCommand(e, "", r.body)
	if fail := e.failure(); fail != nil {
		return answer{}, fail
	}
	old := findCommand(s.commands[guild], commandKey(r.body))
	status := http.StatusOK
	if old == nil {
		status = http.StatusCreated
		if fail := s.create(guild, 1); fail != nil {
			return answer{}, fail
		}
	}
	made := s.command(guild, r.body, old)
	s.commands[guild] = append(without(s.commands[guild], old), made)
	return answer{status, made}, nil
}

func without(all []object, c object) []object {
	if c == nil {
		return all
	}
	return slices.DeleteFunc(slices.Clone(all), func(o object) bool { return o["id"] == c["id"] })
}

// oneCommand gets, changes or deletes a command.
func (s *Server) oneCommand(r *request) (answer, *failure) {
	guild, fail := s.scope(r)
	if fail != nil {
		return answer{}, fail
	}
	i := slices.IndexFunc(s.commands[guild], func(c object) bool { return c["id"] == r.params["command"] })
	if i < 0 {
		return failed(http.StatusNotFound, 10063)
	}
	old := s.commands[guild][i]
	switch r.route.verb {
	case http.MethodDelete:
		s.commands[guild] = without(s.commands[guild], old)
		return none()
	case http.MethodPatch:
		merged := clone(old)
		for k, v := range r.body {
			merged[k] = v
		}
		e := &formErrors{}
		checkCommand(e, "", merged)
		if fail := e.failure(); fail != nil {
			return answer{}, fail
		}
		changed := s.command(guild, merged, old)
		s.commands[guild] = append(without(s.commands[guild], old), changed)
		return ok(changed)
	}
	return ok(clone(old))
}

// checkCommand holds a command to what the published schema doesn't say.
func checkCommand(e *formErrors, at string, c object) {
	name, kind := text(c, "name"), commandType(c)
	e.oneOf(at+"/type", kind, commandChat, commandUser, commandMessage)
	e.length(at+"/name", name, 1, 32)
	if kind != commandChat {
		if text(c, "description") != "" || len(list(c, "options")) > 0 {
			e.add(at+"/description", "APPLICATION_COMMAND_FIELD_FORBIDDEN", "Context menu commands cannot have description or options")
		}
		return
	}
	checkName(e, at+"/name", name)
	e.length(at+"/description", text(c, "description"), 1, 100)
	checkOptions(e, at+"/options", objects(list(c, "options")), 0)
	if size := commandSize(c); size > 8000 {
		e.add(at, "APPLICATION_COMMAND_TOO_LARGE", "Command exceeds maximum size (8000)")
	}
}

func checkName(e *formErrors, at, name string) {
	if name != "" && (!commandName.MatchString(name) || strings.ToLower(name) != name) {
		e.add(at, "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")
	}
}

// commandSize is names, descriptions and values, with the longest localisation
// of each.
func commandSize(c object) int {
	n := 0
	for _, key := range []string{"name", "description"} {
		longest := utf8.RuneCountInString(text(c, key))
		for _, v := range child(c, key+"_localizations") {
			s, _ := v.(string)
			longest = max(longest, utf8.RuneCountInString(s))
		}
		n += longest
	}
	if v, isText := c["value"].(string); isText {
		n += utf8.RuneCountInString(v)
	}
	for _, key := range []string{"options", "choices"} {
		for _, o := range objects(list(c, key)) {
			n += commandSize(o)
		}
	}
	return n
}

func checkOptions(e *formErrors, at string, all []object, depth int) {
	e.count(at, len(all), 0, 25)
	names, optional := map[string]bool{}, false
	for i, o := range all {
		in := at + "/" + strconv.Itoa(i)
		name, kind := text(o, "name"), number(o, "type")
		e.length(in+"/name", name, 1, 32)
		checkName(e, in+"/name", name)
		e.length(in+"/description", text(o, "description"), 1, 100)
		e.within(in+"/type", o["type"], optionSubcommand, optionAttachment)
		if names[name] {
			e.add(in+"/name", "APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS", "Option name already exists")
		}
		names[name] = true
		if kind == optionSubcommand || kind == optionGroup {
			if depth > 1 || depth == 1 && kind == optionGroup {
				e.add(in+"/type", "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", "Sub-command option type can't be nested here")
			}
			checkOptions(e, in+"/options", objects(list(o, "options")), depth+1+kind%2)
			continue
		}
		if truth(o, "required") && optional {
			e.add(in, "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", "Required options must be placed before non-required options")
		}
		optional = optional || !truth(o, "required")
		choices := objects(list(o, "choices"))
		if truth(o, "autocomplete") && len(choices) > 0 {
			e.add(in, "APPLICATION_COMMAND_OPTIONS_AUTOCOMPLETE_CHOICES", "Choices and autocomplete are mutually exclusive")
		}
		e.within(in+"/min_length", o["min_length"], 0, 6000)
		e.within(in+"/max_length", o["max_length"], 1, 6000)
		checkChoices(e, in+"/choices", choices)
	}
}

// checkChoices holds choices of an option, or suggestions, to their limits.
func checkChoices(e *formErrors, at string, all []object) {
	e.count(at, len(all), 0, 25)
	names := map[string]bool{}
	for i, c := range all {
		in := at + "/" + strconv.Itoa(i)
		e.length(in+"/name", text(c, "name"), 1, 100)
		if v, isText := c["value"].(string); isText {
			e.length(in+"/value", v, 1, 100)
		} else if !has(c, "value") {
			e.add(in+"/value", "BASE_TYPE_REQUIRED", "This field is required")
		}
		if names[text(c, "name")] {
			e.add(in+"/name", "APPLICATION_COMMAND_OPTIONS_CHOICE_NAME_ALREADY_EXISTS", "Choice name already exists")
		}
		names[text(c, "name")] = true
	}
}
