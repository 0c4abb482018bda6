package group

import "studyhall/bot"

// zoneOption is the option of /group with which a zone is found by typing where
// forms complete nothing: it is filled in into the form that opens.
func zoneOption() bot.Field {
	return bot.Field{Name: fieldZone, Label: "Time zone", Kind: bot.Zone, Help: "With set up or schedule: a large city near you",
		After: doSetUp, Suggest: "zones"}
}

// wanted is what /group is to do. A zone alone sets up the channel's group, or
// changes the one there is.
func wanted(i bot.Interaction) string {
	do := i.Values.Get("do")
	switch {
	case do != "" || typedZone(i) == "":
		return do
	case i.Direct || i.Channel == "":
		return doSchedule
	}
	return doSetUp
}

// typedZone is the zone that was typed beside the command, or "".
func typedZone(i bot.Interaction) string {
	if i.Command == "" { // a form's
		return ""
	}
	return i.Values.Get(fieldZone)
}

// withZone is a set-up with the zone that was typed beside the command, if one
// was. What it may mean is asked when the form is sent.
func (s *Service) withZone(setup Setup, i bot.Interaction) Setup {
	if typed := typedZone(i); typed != "" {
		s.fillZone(&setup, bot.Clip(typed, bot.LimitPlaceholder))
	}
	return setup
}
