package group

// Paths of pages that other features lead to. The first three are whispered, so
// they may stand on cards that everybody sees.
const (
	PathStudy = "study" // the person's study page
	PathHelp  = "help"  // how it works
	PathSees  = "sees"  // what organisers see
)

// PathGroup is a group's own page: for its organisers, and for everybody else.
// It takes the place of the card that leads there, so that has to be a private one.
func PathGroup(groupID string) string { return "group/" + groupID }

// PathSample is a question of a certification to try, which package practice shows.
func PathSample(certification string) string { return "try/" + certification }
