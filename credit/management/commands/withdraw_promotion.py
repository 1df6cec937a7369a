from credit.actions import promotions
from credit.management.promotion_answers import PromotionAnswer


class Command(PromotionAnswer):
    help = (
        "Withdraw a request that a model version serve; a running canary of it is taken back. Who"
        " asked may, and any validator."
    )
    example = "withdraw_promotion consumer-loan/2 --by dora --words 'Trained on the wrong file'"
    act = staticmethod(promotions.withdraw)
    who = "username of who asked, or a validator"
    said = "The request for {version} is withdrawn."
