package practice

import (
	"context"
	"time"

	"studyhall/bot"
	"studyhall/quizzes"
)

// PictureStore keeps the pictures of questions by what they are, so that a
// question is shown as it was posted when its bank has another picture or none.
type PictureStore interface {
	// KeepPictures keeps bytes by their hash; what is kept already stays.
	KeepPictures(ctx context.Context, pictures map[string][]byte, now time.Time) error
	// Picture is the bytes of a hash; ok is false if they were never kept.
	Picture(ctx context.Context, hash string) (data []byte, ok bool, err error)
}

// Prepare keeps the pictures of the library. It comes before anything is asked:
// whatever an item's version refers to is then in the store.
func (s *Service) Prepare(ctx context.Context) error {
	return s.Store.KeepPictures(ctx, s.Library.edition().pictures, s.Now())
}

// Use puts other banks in the place of those that are asked from, all at once.
// What is open, or in a session, stays as it was asked.
func (s *Service) Use(ctx context.Context, banks []quizzes.Bank) error {
	e := newEdition(banks, s.Library.edition().number+1)
	if err := s.Store.KeepPictures(ctx, e.pictures, s.Now()); err != nil {
		return err
	}
	s.Library.now.Store(e)
	return nil
}

// illustrated is an item with the bytes of its picture, which no snapshot has.
// Without them, its cards have the picture in words.
func (s *Service) illustrated(ctx context.Context, item quizzes.Item) (quizzes.Item, error) {
	if item.Image == nil || len(item.Image.Data) > 0 {
		return item, nil
	}
	hash := item.Image.Hash
	data, ok := s.Library.edition().pictures[hash]
	if !ok {
		data, ok = s.pictures.get(hash)
	}
	if !ok {
		var err error
		if data, _, err = s.Store.Picture(ctx, hash); err != nil {
			return item, err
		}
		s.pictures.put(hash, data)
	}
	image := *item.Image // of a snapshot that others hold too
	image.Data = data
	item.Image = &image
	return item, nil
}

// picture is an item's picture for a card, nil if it has none. The file's name
// says nothing: an author's may tell the answer.
func picture(item quizzes.Item) *bot.Image {
	if item.Image == nil || len(item.Image.Data) == 0 {
		return nil
	}
	name := "picture.png"
	if item.Image.Type == "jpeg" {
		name = "picture.jpg"
	}
	return &bot.Image{Name: name, Data: item.Image.Data, Alt: item.Image.Alt}
}

// stem is a question without its options. The picture is in it in words.
func stem(item quizzes.Item) bot.Text {
	if item.Image == nil {
		return bot.Typed(item.Stem)
	}
	return bot.Typed(item.Stem) + "\n\n" + bot.Textf(pictureWords, item.Image.Alt)
}

// stemBeside is the same beside the item's [picture]; where the bytes are not at
// hand, that is in words.
func stemBeside(item quizzes.Item) bot.Text {
	if picture(item) == nil {
		return stem(item)
	}
	return bot.Typed(item.Stem)
}
