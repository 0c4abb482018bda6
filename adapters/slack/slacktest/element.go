package slacktest

import (
	"slices"
	"sync"
)

// selects are the menus.
var selects = []string{
	"static_select", "external_select", "users_select", "conversations_select", "channels_select",
	"multi_static_select", "multi_external_select", "multi_users_select", "multi_conversations_select", "multi_channels_select",
}

// Where elements may stand.
var (
	actionElements = append([]string{"button", "checkboxes", "datepicker", "datetimepicker", "overflow", "radio_buttons", "timepicker"}, selects...)
	accessories    = append([]string{"image", "button", "checkboxes", "datepicker", "overflow", "radio_buttons", "timepicker"}, selects...)
	inputElements  = append([]string{"checkboxes", "datepicker", "datetimepicker", "email_text_input", "file_input", "number_input", "plain_text_input", "radio_buttons", "timepicker", "url_text_input"}, selects...)
)

// confirmation asks before an action.
var confirmation = of(must("title", plain(100)), must("text", words(300)), must("confirm", plain(30)), must("deny", plain(30)),
	may("style", choice("primary", "danger")))

// option is one of a menu's, or of radio buttons and checkboxes.
func option(label rule) rule {
	return of(must("text", label), must("value", letters(1, 150)), may("description", words(75)), may("url", address))
}

const decimal = `^-?\d+(\.\d+)?$`

// elementTypes are the elements that this Slack knows.
var elementTypes = sync.OnceValue(func() map[string][]field {
	base := []field{may("action_id", anyID), may("focus_on_load", yesNo)}
	held := append(slices.Clone(base), may("placeholder", plain(150)))
	asks := append(slices.Clone(base), may("confirm", confirmation))
	menu := append(slices.Clone(held), may("confirm", confirmation))
	dispatch := may("dispatch_action_config", of(may("trigger_actions_on", many(1, 2, choice("on_enter_pressed", "on_character_entered")))))
	with := func(first []field, more ...field) []field { return append(slices.Clone(first), more...) }
	one, marked := option(plain(75)), option(words(75))
	groups := many(1, 100, of(must("label", plain(75)), must("options", many(1, 100, one))))
	date, number := matching(`^\d{4}-\d{2}-\d{2}$`, "must be a date as YYYY-MM-DD"), matching(decimal, "must be a number in a string")
	out := map[string][]field{
		"image":  {may("image_url", address), may("slack_file", slackFile), must("alt_text", letters(1, 2000))},
		"button": with(asks, must("text", plain(75)), may("value", letters(1, 2000)), may("url", address), may("style", choice("primary", "danger")), may("accessibility_label", letters(1, 75))),

		"overflow":       with(asks, must("options", many(1, 5, one))),
		"checkboxes":     with(asks, must("options", many(1, 10, marked)), may("initial_options", many(1, 10, marked))),
		"radio_buttons":  with(asks, must("options", many(1, 10, marked)), may("initial_option", marked)),
		"datepicker":     with(menu, may("initial_date", date)),
		"timepicker":     with(menu, may("initial_time", matching(`^([01]\d|2[0-3]):[0-5]\d$`, "must be a time as HH:mm")), may("timezone", letters(1, 100))),
		"datetimepicker": with(asks, may("initial_date_time", whole(1e9, 1e10-1))),

		"plain_text_input": with(held, dispatch, may("initial_value", letters(1, 3000)), may("multiline", yesNo),
			may("min_length", whole(0, 3000)), may("max_length", whole(1, 3000))),
		"number_input": with(held, dispatch, must("is_decimal_allowed", yesNo), may("initial_value", number),
			may("min_value", number), may("max_value", number)),
		"email_text_input": with(held, dispatch, may("initial_value", letters(1, 3000))),
		"url_text_input":   with(held, dispatch, may("initial_value", letters(1, 3000))),
		"file_input":       with(base[:1], may("filetypes", many(1, 100, letters(1, 50))), may("max_files", whole(1, 10))),
	}
	several := may("max_selected_items", whole(1, 1000))
	kinds := map[string][2][]field{ // for one, and for several
		"static_select": {
			{may("options", many(1, 100, one)), may("option_groups", groups), may("initial_option", one)},
			{may("options", many(1, 100, one)), may("option_groups", groups), may("initial_options", many(1, 100, one))},
		},
		"external_select": {
			{may("initial_option", one), may("min_query_length", whole(0, 100))},
			{may("initial_options", many(1, 100, one)), may("min_query_length", whole(0, 100))},
		},
		"users_select":    {{may("initial_user", anyID)}, {may("initial_users", many(1, 100, anyID))}},
		"channels_select": {{may("initial_channel", anyID), may("response_url_enabled", yesNo)}, {may("initial_channels", many(1, 100, anyID))}},
		"conversations_select": {
			{may("initial_conversation", anyID), may("response_url_enabled", yesNo), may("default_to_current_conversation", yesNo), may("filter", conversationFilter)},
			{may("initial_conversations", many(1, 100, anyID)), may("default_to_current_conversation", yesNo), may("filter", conversationFilter)},
		},
	}
	for name, both := range kinds {
		out[name] = with(menu, both[0]...)
		out["multi_"+name] = append(with(menu, both[1]...), several)
	}
	return out
})

// conversationFilter says which conversations a menu offers.
var conversationFilter = of(may("include", many(1, 4, choice("im", "mpim", "private", "public"))),
	may("exclude_external_shared_channels", yesNo), may("exclude_bot_users", yesNo))
