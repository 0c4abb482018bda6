package practice

import (
	"context"
	"fmt"
	"strings"
	"time"

	"studyhall/bot"
	"studyhall/bot/cert"
	"studyhall/bot/group"
)

// ThemeStore is what themes need of the database.
type ThemeStore interface {
	// Week reads the running week of a group as far as a track's theme is concerned.
	Week(ctx context.Context, groupID, trackID string) (Week, error)
	// KeepTheme decides the theme of a track's week, unless it is decided.
	KeepTheme(ctx context.Context, trackID string, week int, t Theme) error
}

// Theme is the theme of the running week of a track's group. It is planned once
// and kept, so that what was said about the week stays true.
func (s *Service) Theme(ctx context.Context, t group.Track) (Theme, error) {
	_, theme, err := s.week(ctx, t)
	return theme, err
}

func (s *Service) week(ctx context.Context, t group.Track) (Week, Theme, error) {
	w, err := s.Store.Week(ctx, t.Group, t.ID)
	if err != nil || w.Off {
		return w, Theme{}, err
	}
	if w.Kept {
		return w, w.Theme, nil
	}
	g := group.Group{Zone: w.Zone}
	season := Season{First: localDate(w.Season, g), Later: w.Later}
	season.Window, _ = cert.ParseWindow(t.WindowFrom, t.WindowTo)
	theme := PlanTheme(s.outline(t), season, localDate(w.Begun, g))
	if theme.None() {
		return w, theme, nil
	}
	return w, theme, s.Store.KeepTheme(ctx, t.ID, w.Number, theme)
}

// localDate is the date of an instant where a group is, at midnight UTC.
func localDate(at time.Time, g group.Group) time.Time {
	y, m, d := at.In(g.Location()).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

// ThemeWords names a theme with its weight and, where that isn't official, what
// it is from: "Healthcare IT (17 % of the outline; second hand, June 2025
// outline)". It is "" without a theme.
func (s *Service) ThemeWords(t group.Track, theme Theme) string {
	if theme.None() {
		return ""
	}
	if theme.Review {
		return themeReviewWords
	}
	o := s.outline(t)
	d := o.Domain(theme.Area)
	if d.Weight == 0 {
		return d.Short
	}
	quality := ""
	if o.Source.Tier != "official" && o.Note != "" {
		quality = "; " + o.Note
	}
	return fmt.Sprintf("%s (%v %% of the outline%s)", d.Short, d.Weight, quality)
}

// Week is a running week of a group as far as its theme is concerned.
type Week struct {
	Number int
	Zone   string // of the group
	Begun  time.Time
	Season time.Time // when the season began that it belongs to
	Later  bool      // the track had questions before that
	Off    bool      // the group wants no themes
	Kept   bool      // its theme is decided
	Theme  Theme     // if it is
	Asked  int       // questions posted in it so far
	Themed int       // those of them that were chosen for the theme
}

// due reports whether the next question should be of the theme: about three of
// five are.
func (w Week) due() bool { return 5*w.Themed < 3*(w.Asked+1) }

// ThemePath begins practice of a theme; it is whispered.
func (s *Service) ThemePath(t group.Track, theme Theme) string {
	area := reviewArea
	for n, d := range s.outline(t).Domains {
		if d.ID == theme.Area {
			area = areaNumber(n)
		}
	}
	return ofTrack(t) + "/theme/" + area
}

// reviewArea stands for review in a path.
const reviewArea = "review"

// quizTheme begins five of a week's theme; in review, what was missed comes
// first anyway.
func (s *Service) quizTheme(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	g, m, t, err := s.practising(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	w := wish{count: standard}
	for n, d := range s.outline(t).Domains {
		if areaNumber(n) == i.Arg("area") && s.hasItems(t, d.ID) {
			w.topic, w.exact = d.ID, true
		}
	}
	return s.practise(ctx, i, g, m, t, w)
}

// themeTopic is the area of the week where somebody asks for the theme, else
// what was typed.
func (s *Service) themeTopic(ctx context.Context, t group.Track, typed string) (string, error) {
	if strings.TrimPrefix(strings.ToLower(typed), "the ") != "theme" {
		return typed, nil
	}
	theme, err := s.Theme(ctx, t)
	return theme.Area, err
}

// whyTheme says how many of a session's new questions are of the week's theme.
func (s *Service) whyTheme(ctx context.Context, t group.Track, p Session) (bot.Text, error) {
	theme, err := s.Theme(ctx, t)
	if err != nil || theme.Area == "" || p.Topic != "" {
		return "", err
	}
	n := 0
	for _, q := range p.Questions {
		if q.Reason == Unseen && q.Domain == theme.Area {
			n++
		}
	}
	switch n {
	case 0:
		return "", nil
	case 1:
		return bot.Textf(whyThemeOneWords, s.outline(t).Domain(theme.Area).Short), nil
	}
	return bot.Textf(whyThemeWords, n, s.outline(t).Domain(theme.Area).Short), nil
}

// What people read about themes.
const (
	themeReviewWords = "review. What was missed comes back"
	whyThemeOneWords = "1 is about this week's theme, %s."
	whyThemeWords    = "%d are about this week's theme, %s."
)
