package group

// Paths of pages that other features lead to. They are whispered, so
// they may stand on cards that everybody sees.
const (
	PathStudy = "study" // the person's study page
	PathHelp  = "help"  // how it works
	PathSees  = "sees"  // what organisers see
	PathBoard = "board" // this week's points
)

// PathGroup is a group's own page: for its organisers, and for everybody else.
// It takes the place of the card that leads there, so that has to be a private one.
func PathGroup(groupID string) string { return "group/" + groupID }

// PathName opens the form about a person's name on a group's boards, and
// PathHideName takes it off them; package board answers both.
func PathName(groupID string) string { return "name/" + groupID }

// PathHideName is the way to one's name off the boards.
func PathHideName(groupID string) string { return PathName(groupID) + "/hide" }

// PathSample is a question of a certification to try, which package practice shows.
func PathSample(certification string) string { return "try/" + certification }

// PathAbout says what is known of a certification; package pathway answers it.
func PathAbout(certification string) string { return "cert/about/" + certification }
