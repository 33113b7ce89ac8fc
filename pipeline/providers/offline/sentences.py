"""What the offline reader says, and what it offers to be pressed. The Vietnamese is in the catalogue, as everywhere."""

from gallery.translation import N_, _

SENTENCES = {
    "no_picture": N_("There is no picture to edit yet: attach one, or ask me to paint one first."),
    "not_understood": N_("I found nothing in this that I can paint or change."),
    "hello": N_("I paint landscapes, seas and cities from your words, and I change photos: what would you like?"),
    "hello_by_models": N_("I make pictures of what you describe, and I change photos: what would you like?"),
    "sorry": N_("I am sorry that this is not what you wanted: maybe one of these is."),
    "went_back": N_("This is the version before: what you ask for next is about it."),
    "same_again": N_("The same again would give the same picture: try something else with it."),
    "delete_this": N_("Shall the picture go into the trash, or something in it go away?"),
    "download_this": N_("Here it is to download."),
    "no_subject": N_("A colour or a style alone does not say what the picture shows."),
    "cannot_draw": N_("I can't draw {} without an AI."),
    "paint_this": N_("Paint {}"),
    "anew": N_("Without an AI I cannot change what a picture shows, so I paint the scene anew with this."),
    "within": N_("Changing what a picture shows needs an AI."),
    "one_part": N_("Changing the shape of one part of a picture needs an AI."),
    "assigned": N_("One is connected, but this studio leaves this to its own tools."),
    "remove_object": N_("To remove something, paint over it with the brush: finding it by its name needs an AI."),
    "style_transfer": N_(
        "I have the styles watercolour, pencil, oil, cartoon, pixel, sepia, ink and poster: any other needs an AI."
    ),
    "keeps_its_size": N_("It keeps its size: no side may pass 4,096 pixels."),
    "shrunk": N_("It was made smaller: no side may pass 4,096 pixels."),
    "doubtful": N_("I am not sure of this outline: paint over what else should go with the brush."),
    "doubtful_part": N_(
        "I am not sure where the subject ends: to choose the part yourself, paint over it with the brush."
    ),
    "without_network": N_("The small neural network is not installed here: I went by colours and outlines alone."),
    "next": N_("One thing at a time: ask next for {}."),
    "with_these": N_("With {}"),
    "left_out": N_("I left out: {}."),
}
# Where the name is an action's, the page does it; else the words are sent, and the reader understands them.
OFFERS = {
    "sunset": N_("Paint a sunset by the sea"),
    "city": N_("Paint a city at night"),
    "surprise": N_("Surprise me"),
    "enhance": N_("Enhance this picture"),
    "warmer": N_("Make it warmer"),
    "contrast": N_("More contrast"),
    "oil": N_("Turn it into an oil painting"),
    "watercolour": N_("Turn it into a watercolour"),
    "pencil": N_("Turn it into a pencil drawing"),
    "cutout": N_("Remove the background"),
    "undo": N_("Go back one version"),
    "more": N_("Another one"),
    "add_birds": N_("Add birds"),
    "add_boat": N_("Add a boat"),
    "add_snow": N_("Add snow"),
    "make_night": N_("Now at night"),
    "look": N_("Look at it"),
    "download": N_("Download this picture"),
    "delete": N_("Delete this picture"),
    "brush": N_("Paint over what is to go"),
    "photo": N_("Change a photo"),
}


def say(*names: str) -> str:
    return " ".join(_(SENTENCES[name]) for name in names)


def offered(name: str) -> str:
    return _(OFFERS[name])
