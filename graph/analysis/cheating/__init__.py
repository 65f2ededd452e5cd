"""What a rating of a scheme costs to buy, from its facts and its policy. Nobody is named, and nothing written.

evidence  what each partner's reports weigh in each member's rating
bound     what accomplices could move at most
partners  what those move today whose reports weigh most
groups    what groups move today that report mostly each other
price     all of them together
wording   what that says, in sentences
"""
