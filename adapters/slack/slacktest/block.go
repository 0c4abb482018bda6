package slacktest

import (
	"math"
	"slices"
	"strconv"
	"sync"
	"unicode/utf8"
)

const (
	mostBlocks = 50     // of a message
	viewBlocks = 100    // of a modal or home page
	mostText   = 13_200 // characters of all blocks: seen to fail above (bolt-js issue 2509)
	viewBytes  = 250 << 10
)

// checkBlocks holds the blocks of a message to the rules, completes them as Slack
// does, and gives them back.
func (s *Server) checkBlocks(v any) ([]any, *failure) {
	all, ok := v.([]any)
	if !ok {
		return nil, refuse("invalid_blocks_format")
	}
	c := &checker{s: s, where: inMessage, blocks: map[string]bool{}}
	c.all("/blocks", all)
	if c.tables > 1 {
		return nil, refuse("only_one_table_allowed")
	}
	if fail := c.failure("invalid_blocks"); fail != nil {
		return nil, fail
	}
	if c.total > mostText {
		return nil, refuse("msg_blocks_too_long")
	}
	return s.complete(clone(all)), nil
}

// all checks a list of blocks.
func (c *checker) all(at string, blocks []any) {
	most := mostBlocks
	if c.where != inMessage {
		most = viewBlocks
	}
	many(0, most, func(c *checker, at string, v any) {
		o, _ := v.(object)
		if id := text(o, "block_id"); id != "" {
			if c.blocks[id] {
				c.add(at+"/block_id", "`block_id` %q already exists", id)
			}
			c.blocks[id] = true
		}
		typedAs(blockTypes)(c, at, v)
	})(c, at, blocks)
}

// anyID is the rule of block_id and action_id.
var anyID = letters(1, 255)

// blockTypes are the blocks that this Slack knows.
var blockTypes = sync.OnceValue(func() map[string][]field {
	id := may("block_id", anyID)
	return map[string][]field{
		"divider": {id},
		"header":  {id, must("text", plain(150)), may("level", whole(1, 4))},
		"section": {id, may("text", words(3000)), may("fields", many(1, 10, words(2000))), may("expand", yesNo),
			may("accessory", typedAs(elementTypes, accessories...))},
		"image": {id, may("image_url", address), may("slack_file", slackFile), must("alt_text", letters(1, 2000)), may("title", plain(2000))},
		"context": {id, must("elements", many(1, 10, func(c *checker, at string, v any) {
			if o, _ := v.(object); text(o, "type") == "image" {
				typedAs(elementTypes, "image")(c, at, v)
				return
			}
			words(3000)(c, at, v)
		}))},
		"actions": {id, must("elements", many(1, 25, typedAs(elementTypes, actionElements...)))},
		"input": {id, must("label", plain(2000)), must("element", typedAs(elementTypes, inputElements...)),
			may("hint", plain(2000)), may("optional", yesNo), may("dispatch_action", yesNo)},
		"markdown":  {id, must("text", letters(1, 12_000))},
		"rich_text": {id, must("elements", many(0, 3000, typedAs(richTypes)))},
		"table": {id, must("rows", many(1, 100, many(1, 20, typedAs(cellTypes)))),
			may("column_settings", many(0, 20, of(may("align", choice("left", "center", "right")), may("is_wrapped", yesNo))))},
	}
})

// cellTypes are what stands in a table.
var cellTypes = sync.OnceValue(func() map[string][]field {
	return map[string][]field{
		"raw_text":  {must("text", counted(1, 3000))},
		"rich_text": {may("block_id", anyID), must("elements", many(0, 3000, typedAs(richTypes)))},
	}
})

// counted is letters, which count for the message's total.
func counted(least, most int) rule {
	return func(c *checker, at string, v any) {
		c.letters(at, v, least, most)
		s, _ := v.(string)
		c.total += utf8.RuneCountInString(s)
	}
}

// richTypes are the parts of rich text.
var richTypes = sync.OnceValue(func() map[string][]field {
	inner := many(0, 3000, typedAs(richElements))
	return map[string][]field{
		"rich_text_section":      {must("elements", inner)},
		"rich_text_preformatted": {must("elements", inner), may("border", whole(0, 1)), may("language", letters(1, 40))},
		"rich_text_quote":        {must("elements", inner), may("border", whole(0, 1))},
		"rich_text_list": {must("elements", many(1, 3000, typedAs(richTypesAgain, "rich_text_section"))), must("style", choice("bullet", "ordered")),
			may("indent", whole(0, 8)), may("offset", whole(0, math.MaxInt32)), may("border", whole(0, 1))},
	}
})

// richTypesAgain is for what stands in lists.
func richTypesAgain() map[string][]field {
	return map[string][]field{"rich_text_section": {must("elements", many(0, 3000, typedAs(richElements)))}}
}

// richElements are what stands in a line of rich text.
var richElements = sync.OnceValue(func() map[string][]field {
	style := may("style", of(may("bold", yesNo), may("italic", yesNo), may("strike", yesNo), may("code", yesNo), may("underline", yesNo),
		may("highlight", yesNo), may("client_highlight", yesNo), may("unlink", yesNo)))
	name := letters(1, 255)
	return map[string][]field{
		"text":      {must("text", counted(1, 12_000)), style},
		"link":      {must("url", address), may("text", counted(0, 12_000)), may("unsafe", yesNo), style},
		"user":      {must("user_id", matching(`^[UW]\w+$`, "must be the id of a user")), style},
		"channel":   {must("channel_id", matching(`^[CG]\w+$`, "must be the id of a channel")), style},
		"usergroup": {must("usergroup_id", name), style},
		"broadcast": {must("range", choice("here", "channel", "everyone")), style},
		"emoji":     {must("name", name), may("unicode", name), may("skin_tone", whole(1, 6)), style},
		"color":     {must("value", name), style},
		"date": {must("timestamp", whole(0, math.MaxInt32*100)), must("format", name), may("url", address), may("fallback", counted(1, 255)),
			style},
	}
})

// further holds a typed object to what its fields alone don't say.
func (c *checker) further(at, kind string, o object) {
	switch kind {
	case "section":
		if o["text"] == nil && o["fields"] == nil {
			c.add(at, "must provide one of: text, fields")
		}
		return
	case "image":
		c.one(at, o, "image_url", "slack_file")
	case "actions":
		c.unique(at+"/elements", list(o, "elements"))
	case "table":
		c.tables++
		c.table(at, o)
	case "markdown":
		c.total += utf8.RuneCountInString(text(o, "text"))
	case "static_select", "multi_static_select":
		c.one(at, o, "options", "option_groups")
		c.offered(at, o)
	case "radio_buttons", "checkboxes":
		c.offered(at, o)
	}
	if c.where != inMessage && (kind == "table" || kind == "markdown") {
		c.add(at+"/type", "unsupported type: %s", kind)
	}
	if kind == "file_input" && c.where != inModal {
		c.add(at+"/type", "unsupported type: %s", kind)
	}
	if truth(o, "focus_on_load") {
		if c.focus {
			c.add(at+"/focus_on_load", "only one element can have focus")
		}
		c.focus = true
	}
}

// table wants rows of the same length.
func (c *checker) table(at string, o object) {
	width := -1
	for i, v := range list(o, "rows") {
		row, _ := v.([]any)
		if width >= 0 && len(row) != width {
			c.add(at+"/rows/"+strconv.Itoa(i), "must have as many cells as the first row")
		}
		if width < 0 {
			width = len(row)
		}
	}
}

// slackFile is the rule of an image that was uploaded.
func slackFile(c *checker, at string, v any) {
	o := c.object(at, v, []field{may("id", letters(1, 255)), may("url", address)})
	if o == nil {
		return
	}
	c.one(at, o, "id", "url")
	f := c.s.files[text(o, "id")]
	if link := text(o, "url"); link != "" {
		for _, other := range c.s.files {
			if other.private() == link {
				f = other
			}
		}
	}
	if f == nil || !f.ready(c.s) {
		c.add(at, "invalid slack file")
	}
}

// complete adds what Slack adds to blocks: identifiers, and how text is shown.
func (s *Server) complete(blocks []any) []any {
	for _, b := range objects(blocks) {
		if b["block_id"] == nil {
			b["block_id"] = s.secret(5)
		}
		everyObject(b, func(o object) {
			switch kind := text(o, "type"); {
			case kind == "mrkdwn":
				put(o, "verbatim", false)
				o["text"] = escaped(text(o, "text"))
			case kind == "plain_text":
				put(o, "emoji", true)
			case slices.Contains(actionElements, kind) || slices.Contains(inputElements, kind):
				if o["action_id"] == nil {
					o["action_id"] = s.secret(5)
				}
			case kind == "input":
				put(o, "optional", false)
				put(o, "dispatch_action", false)
			}
		})
	}
	return blocks
}

// put sets a field that is missing.
func put(o object, key string, v any) {
	if _, given := o[key]; !given {
		o[key] = v
	}
}
